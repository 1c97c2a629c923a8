"""A lesion: a soft, roundish opacity at a known place inside a lung field."""

from dataclasses import dataclass

import numpy as np

from examples.phantoms.anatomy import Anatomy
from examples.phantoms.shapes import Plane, blur
from examples.phantoms.thorax import draw_lungs

_COARSE = 64  # the grid on which a place is chosen, so that it is the same for every film size


@dataclass(frozen=True)
class Lesion:
    """A nodule; place and radius in fractions of the film's side, contrast as added attenuation."""

    x: float
    y: float
    radius: float
    contrast: float
    lobes: tuple[float, float]  # how far and in which direction it departs from a circle


def sample_lesion(
    rng: np.random.Generator, person: Anatomy, *, radius: tuple[float, float], contrast: tuple[float, float]
) -> Lesion:
    """Return a lesion whose disc lies within a lung field of this person."""
    size = float(rng.uniform(*radius))
    inside = blur(draw_lungs(person, _COARSE), 0.7 * size * _COARSE) > 0.93
    rows, columns = np.nonzero(inside)
    pick = int(rng.integers(len(rows)))
    shift = rng.uniform(-0.5, 0.5, size=2)
    return Lesion(
        x=float((columns[pick] + 0.5 + shift[0]) / _COARSE),
        y=float((rows[pick] + 0.5 + shift[1]) / _COARSE),
        radius=size,
        contrast=float(rng.uniform(*contrast)),
        lobes=(float(rng.uniform(0.03, 0.12)), float(rng.uniform(0.0, 2.0 * np.pi))),
    )


def draw_lesion(lesion: Lesion, size: int) -> Plane:
    """Return the attenuation that a lesion adds, (size, size): that of a ball with a soft rim."""
    line = (np.arange(size) + 0.5) / size
    y, x = np.meshgrid(line - lesion.y, line - lesion.x, indexing="ij")
    bearing = np.arctan2(y, x)
    rim = lesion.radius * (1.0 + lesion.lobes[0] * np.cos(3.0 * bearing + lesion.lobes[1]))
    ball = np.sqrt(np.clip(1.0 - np.square(np.hypot(x, y) / rim), 0.0, None))
    return lesion.contrast * blur(ball, size / 150.0)
