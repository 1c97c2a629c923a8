"""Blur: what an image loses between the scene and the detector."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

Item = NDArray[np.float32]


def blurred(item: Item, dose: float, draw: np.random.Generator) -> Item:
    """Return an item (channels, *places) under a Gaussian of a standard deviation in % of each side.

    Places beyond the border are taken to be as the border; nothing is drawn.
    """
    sigma = [0.0, *(dose / 100 * side for side in item.shape[1:])]
    return np.asarray(gaussian_filter(item, sigma, mode="nearest"), dtype=np.float32)
