"""Soft shapes on a square film: grids, edges, blurs and strokes, all with numpy and Pillow alone."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Plane = NDArray[np.float64]
Stroke = tuple[
    Sequence[tuple[float, float]], float, float
]  # points, width, strength; in fractions of the side


def grid(size: int, *, tilt: float, axis: float) -> tuple[Plane, Plane]:
    """Return x and y of every pixel's centre, (size, size) each, in fractions of the side, leaning."""
    line = (np.arange(size) + 0.5) / size
    y, x = np.meshgrid(line, line, indexing="ij")
    return axis + (x - axis) + tilt * (y - 0.5), y - tilt * (x - axis)


def edge(distance: Plane, softness: float) -> Plane:
    """Return 1 inside (negative distance) and 0 outside, with a smooth step of the given width between."""
    result: Plane = 1.0 / (1.0 + np.exp(np.clip(4.0 * distance / softness, -60.0, 60.0)))
    return result


def ellipse(x: Plane, y: Plane, centre: tuple[float, float], radii: tuple[float, float]) -> Plane:
    """Return the signed distance to an ellipse, roughly, in fractions of the side."""
    reach: Plane = np.hypot((x - centre[0]) / radii[0], (y - centre[1]) / radii[1])
    return (reach - 1.0) * min(radii)


def bell(value: Plane, width: float) -> Plane:
    """Return a Gaussian profile of height 1."""
    result: Plane = np.exp(-0.5 * np.square(value / width))
    return result


def blur(plane: Plane, sigma: float) -> Plane:
    """Return the plane smoothed by a Gaussian of ``sigma`` pixels, its border repeated outward."""
    reach = max(1, round(3 * sigma))
    kernel = np.exp(-0.5 * np.square(np.arange(-reach, reach + 1) / sigma))
    kernel /= kernel.sum()
    for axis in (0, 1):
        padded = np.pad(plane, [(reach, reach) if axis == a else (0, 0) for a in (0, 1)], mode="edge")
        length = plane.shape[axis]
        plane = sum(
            weight * np.take(padded, np.arange(start, start + length), axis=axis)
            for start, weight in enumerate(kernel)
        )
    return plane


def strokes(size: int, lines: Sequence[Stroke], *, oversampling: int = 4) -> Plane:
    """Return lines drawn finely and averaged down, (size, size); where lines cross the stronger one shows."""
    fine = size * oversampling
    picture = Image.new("L", (fine, fine))
    pen = ImageDraw.Draw(picture)
    for points, width, strength in sorted(lines, key=lambda line: line[2]):
        path = [(x * fine, y * fine) for x, y in points]
        pen.line(path, fill=round(255 * strength), width=max(1, round(width * fine)), joint="curve")
    cells = np.asarray(picture, dtype=np.float64).reshape(size, oversampling, size, oversampling)
    shade: Plane = cells.mean(axis=(1, 3)) / 255.0
    return shade
