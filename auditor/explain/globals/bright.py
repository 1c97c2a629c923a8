"""What is bright in an image or a volume: small spots, and the largest connected part."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Levels = NDArray[np.float64]


def spots(levels: Levels) -> Levels:
    """Return how much brighter a small place is than its surroundings, (*places): a difference of Gaussians."""
    scale = min(levels.shape) / 32
    result: Levels = ndimage.gaussian_filter(levels, scale) - ndimage.gaussian_filter(levels, 4 * scale)
    return result


def largest_part(bright: NDArray[np.bool_]) -> float:
    """Return the share of the places (*places) that the largest part has whose places touch by their sides."""
    parts, count = ndimage.label(bright)
    return float(np.bincount(parts.ravel())[1:].max() / bright.size) if count else 0.0
