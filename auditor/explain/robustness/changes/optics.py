"""Blur: what an image loses between the scene and the detector."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

Item = NDArray[np.float32]


def blurred(item: Item, dose: float, draw: np.random.Generator) -> Item:
    """Return an item (channels, *places) under a Gaussian of a standard deviation in % of its shortest side.

    Places beyond the border are taken to be as the border; nothing is drawn.
    """
    sigma = dose / 100 * min(item.shape[1:])
    axes = tuple(range(1, item.ndim))
    return np.asarray(gaussian_filter(item, sigma, mode="nearest", axes=axes), dtype=np.float32)
