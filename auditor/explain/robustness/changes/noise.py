"""Noise of a detector: independent, normal, the same at every place."""

import numpy as np
from numpy.typing import NDArray

Item = NDArray[np.float32]


def in_grey_levels(item: Item, dose: float, draw: np.random.Generator) -> Item:
    """Return an item (channels, *places) in [0, 1] with noise of a standard deviation in grey levels of 255."""
    return _noisy(item, dose / 255, draw)


def in_percent(item: Item, dose: float, draw: np.random.Generator) -> Item:
    """Return an item (channels, *places) in [0, 1] with noise of a standard deviation in % of that range."""
    return _noisy(item, dose / 100, draw)


def _noisy(item: Item, deviation: float, draw: np.random.Generator) -> Item:
    drawn = draw.standard_normal(item.shape, dtype=np.float32)
    return np.clip(item + np.float32(deviation) * drawn, 0, 1)
