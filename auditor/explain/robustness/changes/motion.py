"""Another position of the person: places move, linearly interpolated; beyond the border it stays as the border."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import rotate, shift

Item = NDArray[np.float32]


def rotated(item: Item, dose: float, draw: np.random.Generator) -> Item:
    """Return an item (channels, *places) turned by `dose` degrees in the plane of its rows and columns.

    To which side is drawn; of a volume, every layer turns alike.
    """
    angle = dose if draw.random() < 0.5 else -dose
    turned = rotate(item, angle, axes=(-1, -2), reshape=False, order=1, mode="nearest")
    return np.asarray(turned, dtype=np.float32)


def shifted(item: Item, dose: float, draw: np.random.Generator) -> Item:
    """Return an item (channels, *places) moved by `dose` % of each side, times a drawn direction of length 1."""
    direction = draw.standard_normal(item.ndim - 1)
    direction /= np.linalg.norm(direction)
    distances = dose / 100 * direction * item.shape[1:]
    return np.asarray(shift(item, (0, *distances), order=1, mode="nearest"), dtype=np.float32)
