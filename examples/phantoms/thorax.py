"""What the rays pass through: body, lungs, heart, bones and vessels as attenuation, one function each."""

from dataclasses import dataclass

import numpy as np

from examples.phantoms.anatomy import Anatomy
from examples.phantoms.shapes import Plane, Stroke, bell, blur, edge, ellipse, grid, strokes

RIBS = 10


@dataclass(frozen=True)
class Thorax:
    """Attenuation along each ray, about 0 (air) to 1 (spine), and where the two lung fields are."""

    attenuation: Plane  # (size, size)
    lungs: Plane  # (size, size), 0 to 1


def draw_thorax(person: Anatomy, size: int) -> Thorax:
    """Return the thorax of a person on a film of ``size`` x ``size`` pixels."""
    x, y = grid(size, tilt=person.tilt, axis=person.axis)
    body = _body(person, x, y)
    heart, lungs = _heart(person, x, y), draw_lungs(person, size)
    veiled = 0.35 + 0.65 * np.clip(blur(lungs, size / 40.0), 0.0, 1.0)  # bones show less through dense tissue
    bones = (_ribs(person, x, y) + _clavicles(person, x, y)) * veiled + _spine(person, x, y)
    depth = np.sqrt(np.clip(blur(lungs, size / 22.0), 0.0, 1.0))  # lungs are thinner towards their rim
    soft = person.density * body * (0.58 - 0.47 * lungs * depth)
    soft += 0.09 * heart * body + _mediastinum(person, x, y) * body + _breasts(person, x, y) * body
    soft += 0.13 * blur(_vessels(person, size), 0.45) * lungs
    return Thorax(attenuation=soft + bones * body, lungs=lungs)


def draw_lungs(person: Anatomy, size: int) -> Plane:
    """Return where the lung fields are, 0 to 1, (size, size); the heart hides its part of them."""
    x, y = grid(size, tilt=person.tilt, axis=person.axis)
    left = _lung(person, x, y, side=-1, base=person.left_base)
    right = _lung(person, x, y, side=1, base=person.right_base)
    return np.maximum(left, right) * (1.0 - _heart(person, x, y))


def _body(person: Anatomy, x: Plane, y: Plane) -> Plane:
    off = np.abs(x - person.axis)
    neck = 0.115 + 0.25 * np.clip(y - 0.06, 0.0, None) ** 1.2
    slope = person.shoulder - 0.20 * bell(off, 0.17) - 0.03 * bell(off - 0.5, 0.2)
    trunk = person.breadth + 0.115 - 0.045 * np.clip(y - 0.42, 0.0, 0.5)
    arms = np.where(y < 0.62, trunk + 0.30 * np.clip(0.52 - y, 0.0, 0.3), trunk)
    torso = np.maximum(slope - y, off - arms)
    return edge(np.minimum(torso, np.maximum(off - neck, y - 0.4)), 0.022)


def _lung(person: Anatomy, x: Plane, y: Plane, *, side: int, base: float) -> Plane:
    """One lung field: a narrow apex, a bulging flank, a domed base and a sharp outer angle."""
    off = side * (x - person.axis)
    down = np.clip((y - person.apex) / (base + 0.05 - person.apex), 1e-6, 1.0)
    outer = 0.075 + (person.breadth - 0.075) * np.power(np.sin(0.5 * np.pi * np.power(down, 0.62)), 0.8)
    inner = 0.052 + 0.016 * np.cos(2.0 * np.pi * down)
    middle = 0.55 * person.breadth
    dome = base + 0.085 * np.square((off - middle) / (0.5 * person.breadth)) * (off > middle)
    dome = dome + 0.025 * np.square((off - middle) / (0.5 * person.breadth)) * (off <= middle)
    top = person.apex + 0.55 * np.square(off - 0.115)
    distance = np.maximum(np.maximum(off - outer, inner - off), np.maximum(y - dome, top - y))
    return edge(distance, 0.014)


def _heart(person: Anatomy, x: Plane, y: Plane) -> Plane:
    wide = person.heart
    low = person.left_base - 0.075
    turn_x = x - person.axis - 0.36 * wide - 0.25 * (y - low)
    left = ellipse(turn_x, y, (0.0, low), (1.18 * wide, 0.165))
    right = ellipse(x, y, (person.axis - 0.42 * wide, low + 0.01), (0.62 * wide, 0.135))
    knob = ellipse(x, y, (person.axis + 0.045, person.apex + 0.185), (0.04, 0.042))
    return np.maximum(edge(np.minimum(left, right), 0.022), edge(knob, 0.022))


def _mediastinum(person: Anatomy, x: Plane, y: Plane) -> Plane:
    off = x - person.axis
    band = 0.09 * bell(off, 0.055) * edge(0.02 - y, 0.1)
    trachea = -0.10 * bell(off - 0.004, 0.014) * edge(y - person.apex - 0.16, 0.06)
    belly = 0.14 * edge(person.right_base + 0.02 - y, 0.1)
    return band + trachea + belly


def _breasts(person: Anatomy, x: Plane, y: Plane) -> Plane:
    total = np.zeros_like(x)
    for side in (-1, 1):
        centre = (person.axis + side * 0.58 * person.breadth, person.left_base - 0.10)
        distance = ellipse(x, y, centre, (0.145, 0.135))
        total += person.breast * edge(distance, 0.03) * (0.45 + 0.55 * edge(centre[1] - y, 0.16))
    return total


def _ribs(person: Anatomy, x: Plane, y: Plane) -> Plane:
    """Posterior ribs run outward and turn down; anterior ones, fainter, run inward and down."""
    off = np.clip(np.abs(x - person.axis) / person.breadth, 0.0, 1.15)
    cage = edge(np.abs(x - person.axis) - person.breadth - 0.012, 0.012) * edge(0.045 - off, 0.05)
    step = (0.86 - person.apex) / RIBS
    back = y - person.rib_slope * 0.55 * np.square(off) + 0.05 * np.sin(np.pi * np.clip(off, 0.0, 1.0))
    front = y - 0.16 * (1.0 - off) - 0.30 * person.rib_slope
    total = 0.105 * _bands(back, person.apex + step * (person.rib_phase - 0.6), step, 0.0135)
    total += 0.055 * _bands(front, person.apex + step * person.rib_phase, 1.12 * step, 0.016) * (off > 0.42)
    return total * cage * edge(y - person.left_base - 0.08, 0.08)


def _bands(level: Plane, first: float, step: float, half: float) -> Plane:
    """Parallel bones: a body with brighter rims, as a hollow cylinder shows."""
    total = np.zeros_like(level)
    for index in range(RIBS):
        off = np.abs(level - first - index * step)
        total += edge(off - half, 0.006) * (0.62 + 0.38 * np.square(np.clip(off / half, 0.0, 1.0)))
    return total


def _clavicles(person: Anatomy, x: Plane, y: Plane) -> Plane:
    off = np.abs(x - person.axis) / person.breadth
    level = person.apex + 0.085 - 0.085 * off + 0.035 * np.sin(2.2 * np.pi * np.clip(off, 0.0, 1.1))
    length = edge(np.abs(off - 0.62) - 0.48, 0.08)
    return 0.15 * edge(np.abs(y - level) - 0.012, 0.012) * length


def _spine(person: Anatomy, x: Plane, y: Plane) -> Plane:
    off = np.abs(x - person.axis)
    bodies = 0.72 + 0.28 * np.cos(2.0 * np.pi * (y + 0.02) / 0.071)
    shown = 0.55 + 0.45 * edge(0.72 - y, 0.4)
    return 0.12 * edge(off - 0.034, 0.012) * bodies * shown


def _vessels(person: Anatomy, size: int) -> Plane:
    rng = np.random.default_rng(person.vessels)
    lines: list[Stroke] = []
    for side in (-1, 1):
        root = (person.axis + side * 0.068, person.apex + 0.29)
        for angle in rng.uniform(-1.25, 1.35, size=9):
            _branch(rng, lines, root, float(angle), side, 0.0135, 0)
    return strokes(size, lines)


def _branch(
    rng: np.random.Generator,
    lines: list[Stroke],
    start: tuple[float, float],
    angle: float,
    side: int,
    width: float,
    order: int,
) -> None:
    """Add one vessel and, at its end, two thinner ones."""
    points, here = [start], start
    for _ in range(3):
        angle += float(rng.normal(0.0, 0.16))
        reach = float(rng.uniform(0.018, 0.034))
        here = (here[0] + side * reach * float(np.cos(angle)), here[1] + reach * float(np.sin(angle)))
        points.append(here)
    lines.append((points, width, (1.0, 0.85, 0.7, 0.55)[order]))
    if order < 3:
        for turn in (-0.42, 0.42):
            _branch(
                rng, lines, here, angle + turn + float(rng.normal(0, 0.12)), side, 0.66 * width, order + 1
            )
