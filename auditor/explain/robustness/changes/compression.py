"""JPEG compression, as archives and transfers apply it."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Item = NDArray[np.float32]


def compressed(item: Item, dose: float, draw: np.random.Generator) -> Item:
    """Return an image (channels, height, width) in [0, 1] after JPEG at a quality of 100 - dose; nothing is drawn.

    Three channels are one picture in colour, without subsampling; of other numbers each channel is a picture in grey.
    A dose of 0 leaves the image as it is.
    """
    if dose == 0:
        return item
    quality = max(1, round(100 - dose))
    levels = (item * 255).round().clip(0, 255).astype(np.uint8)
    planes = [levels.transpose(1, 2, 0)] if len(item) == 3 else list(levels)
    found = [np.atleast_3d(_through(plane, quality)) for plane in planes]  # (height, width, 1 or 3) each
    joined = np.concatenate(found, axis=2).transpose(2, 0, 1)
    return np.asarray(np.ascontiguousarray(joined) / np.float32(255), dtype=np.float32)


def _through(plane: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(plane)).save(stream, "JPEG", quality=quality, subsampling=0)
    return np.asarray(Image.open(stream))
