"""The phantom: a chest as soft ellipsoids in Hounsfield units, vessels, and a round lesion within a lung."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Voxels = NDArray[np.float32]
Centre = tuple[float, float, float]

SHAPE = (32, 48, 48)  # from the feet up, from the front back, from the person's right to the left
SPACING = (9.0, 6.0, 7.0)  # mm
_AIR, _LUNG, _SOFT, _BONE = -1000.0, -820.0, 30.0, 500.0
_VESSELS = 5


@dataclass(frozen=True)
class Case:
    """One chest: voxels in Hounsfield units and the lungs, both (depth, height, width)."""

    voxels: Voxels
    lungs: NDArray[np.bool_]


def draw(rng: np.random.Generator, *, lesion: bool, small: bool) -> Case:
    """Return a chest; all that differs between cases comes from `rng`, and a smaller body is small all over."""
    size = (0.86 if small else 1.0) * rng.uniform(0.95, 1.05)
    shift = rng.normal(0, 0.025, 3)
    voxels = np.full(SHAPE, _AIR, dtype=np.float32)
    body = _inside((0.5, 0.5, 0.5), (2.0, 0.36 * size, 0.44 * size), shift)
    voxels += (_SOFT - _AIR) * _soft(body)
    lungs = np.zeros(SHAPE, dtype=np.float32)
    for side in (-1, 1):
        centre = (0.55, 0.46, 0.5 + side * 0.21 * size)
        radii = (0.40 * size, 0.24 * size, 0.145 * size)
        lungs = np.maximum(lungs, _soft(_inside(centre, radii, shift)))
    voxels += lungs * (_LUNG - voxels)
    spine = _soft(_inside((0.5, 0.5 + 0.25 * size, 0.5), (2.0, 0.05, 0.05), shift))
    voxels += spine * (_BONE - voxels)
    for _ in range(_VESSELS):
        voxels += _round(rng, size, shift, radius=rng.uniform(6, 13)) * (_SOFT - voxels)
    if lesion:
        level = rng.uniform(-450, _SOFT)
        voxels += _round(rng, size, shift, radius=rng.uniform(17, 30)) * (level - voxels)
    return Case(voxels + rng.normal(0, 45, SHAPE).astype(np.float32), lungs > 0.5)


def _round(rng: np.random.Generator, size: float, shift: NDArray[np.float64], radius: float) -> Voxels:
    """Return how much of each voxel a ball of a radius in mm fills: well within one of the lungs."""
    side = rng.choice((-1, 1))
    along = rng.uniform(-0.2, 0.2) * size
    centre = (0.55 + along, 0.46 + rng.uniform(-0.06, 0.06), 0.5 + side * 0.21 * size)
    depth, height, width = (radius / (extent * step) for extent, step in zip(SHAPE, SPACING, strict=True))
    return _soft(_inside(centre, (depth, height, width), shift))


def _inside(centre: Centre, radii: Centre, shift: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distance from an ellipsoid's centre over its radius; all lengths are shares of an axis."""
    axes = np.meshgrid(*((np.arange(side) + 0.5) / side for side in SHAPE), indexing="ij")
    parts = (
        ((axis - middle - move) / radius) ** 2
        for axis, middle, move, radius in zip(axes, centre, shift, radii, strict=True)
    )
    return np.asarray(np.sqrt(sum(parts)))


def _soft(distance: NDArray[np.float64]) -> Voxels:
    return np.asarray(expit((1 - distance) * 14), dtype=np.float32)
