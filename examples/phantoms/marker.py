"""A lead marker beside the patient: a small bright glyph in a corner of the film."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from examples.phantoms.shapes import Plane, Stroke, blur, strokes

Shape = Literal["L", "R", "cross", "square", "disc"]
Corner = Literal["top-left", "top-right", "bottom-left", "bottom-right"]
SHAPES: tuple[Shape, ...] = get_args(Shape)
CORNERS: tuple[Corner, ...] = get_args(Corner)

# Polylines in a box from (-1, -1) to (1, 1).
_GLYPHS: dict[Shape, list[list[tuple[float, float]]]] = {
    "L": [[(-0.6, -1), (-0.6, 1), (0.75, 1)]],
    "R": [
        [(-0.6, 1.1), (-0.6, -1), (0.2, -1), (0.6, -0.75), (0.6, -0.3), (0.2, 0), (-0.6, 0)],
        [(0, 0), (0.7, 1.1)],
    ],
    "cross": [[(-1, 0), (1, 0)], [(0, -1), (0, 1)]],
    "square": [[(-0.5, -0.8), (-0.5, 0.8)], [(0, -0.8), (0, 0.8)], [(0.5, -0.8), (0.5, 0.8)]],
    "disc": [[(float(0.45 * np.cos(t)), float(0.45 * np.sin(t))) for t in np.linspace(0, 2 * np.pi, 25)]],
}


@dataclass(frozen=True)
class MarkerStyle:
    """How a department marks its films; lengths are fractions of the film's side."""

    shape: Shape = "L"
    corner: Corner = "top-right"
    side: float = 0.085
    jitter: float = 0.012


@dataclass(frozen=True)
class Marker:
    """One marker as it lies on one film."""

    shape: Shape
    x: float
    y: float
    side: float
    brightness: float


def sample_marker(rng: np.random.Generator, style: MarkerStyle) -> Marker:
    """Return a marker near the corner of its style; the upper corners lie outside of every phantom's body."""
    x, y = rng.normal(0.0, style.jitter, size=2).clip(-2 * style.jitter, 2 * style.jitter)
    return Marker(
        shape=style.shape,
        x=float((0.1 if style.corner.endswith("left") else 0.9) + x),
        y=float((0.1 if style.corner.startswith("top") else 0.9) + y),
        side=style.side,
        brightness=float(rng.uniform(0.86, 0.96)),
    )


def draw_marker(marker: Marker, size: int) -> Plane:
    """Return how bright the marker is, 0 where it is not, (size, size)."""
    half = marker.side / 2.0
    thick = marker.side * (0.5 if marker.shape in ("square", "disc") else 0.24)
    lines: list[Stroke] = [
        ([(marker.x + half * dx, marker.y + half * dy) for dx, dy in line], thick, 1.0)
        for line in _GLYPHS[marker.shape]
    ]
    return marker.brightness * np.clip(blur(strokes(size, lines), 0.4), 0.0, 1.0)
