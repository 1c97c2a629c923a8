"""Heatmap overlays: red speaks for the decision, blue against it, no colour is no contribution."""

import io
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from auditor.common.said import say
from auditor.common.store import Store
from auditor.explain.evidence import ItemRecord
from reports.documents.figures.source import Bytes, Floats, mask, picture

PERCENTILE = 99.5
SIZE = 320
POSITIVE, NEGATIVE = (178, 24, 43), (33, 102, 172)
_STRONGEST, _CONTOUR, _DASH = 0.85, 0.5, 6
_OPACITIES = (
    (255 * _STRONGEST * np.linspace(0, 1, 256) ** 0.75).round().astype(np.uint8)
)  # never hiding the image
_LIGHT, _DARK = (255, 255, 255), (27, 36, 48)
_FINE, _PRINTED = {"quality": 90, "subsampling": 0}, {"quality": 75, "subsampling": 2, "optimize": True}


def scale_of(values: Floats) -> float:
    """Return what full colour stands for: the 99.5th percentile of absolute values, of one map or of several."""
    magnitude = np.abs(values)
    return float(np.percentile(magnitude, PERCENTILE)) or float(magnitude.max())


def paint(image: Bytes, values: Floats, scale: float | None = None) -> Bytes:
    """Return an image (height, width, 3) under a map of any size; zero leaves it unchanged.

    A light line with a dark one outside follows half of full colour, unbroken around positive and dashed around
    negative areas, so that the sign can be told without colour and on any ground.
    """
    full = scale_of(values) if scale is None else scale
    height, width = image.shape[:2]
    signed = np.clip(values / full, -1, 1) if full > 0 else np.zeros_like(values)
    signed = _resize(signed, (width, height))  # (height, width)
    alpha = Image.fromarray(_OPACITIES.take((np.abs(signed) * 255).astype(np.uint8)))
    sign = Image.fromarray(signed > 0).convert("L")
    colour = Image.composite(
        Image.new("RGB", (width, height), POSITIVE), Image.new("RGB", (width, height), NEGATIVE), sign
    )
    blended = np.array(Image.composite(colour, Image.fromarray(image), alpha))
    _line(blended, signed > _CONTOUR, None)
    _line(blended, signed < -_CONTOUR, _dashes(height, width))
    return blended


def outline(image: Bytes, region: NDArray[np.bool_]) -> Bytes:
    """Return an image with the border of a region drawn as a dashed line."""
    drawn = image.copy()
    border = _edge(region) | np.roll(_edge(region), 1, axis=1)
    drawn[border & _dashes(*region.shape)] = (255, 196, 0)
    return drawn


def original(item: ItemRecord, store: Store, side: int = SIZE) -> Bytes:
    """Return an item's image as (height, width, 3), as many pixels as `side` along its longer side."""
    what = say("The image of item %(item)s", item=repr(item.entry.id))
    return picture(store, item.entry.content, _size(item, side), what)


def outlined(image: Bytes, item: ItemRecord, store: Store) -> Bytes:
    """Return an item's image with the border of its relevant region, which its mask names."""
    height, width = image.shape[:2]
    if item.entry.mask is None:
        return image
    what = say("The mask of item %(item)s", item=repr(item.entry.id))
    return outline(image, mask(store, item.entry.mask, (width, height), what))


def grey(image: Bytes) -> Bytes:
    """Return an image in grey, (height, width, 3), as it lies under a map."""
    return np.asarray(Image.fromarray(image).convert("L").convert("RGB"))


def fitted(shape: tuple[int, ...], side: int = SIZE) -> tuple[int, int]:
    """Return (width, height) in pixels of a picture (height, width), so resized that the longer side fits."""
    factor = side / max(shape)
    return max(1, round(shape[1] * factor)), max(1, round(shape[0] * factor))


def encoded(image: Bytes, kind: str) -> bytes:
    """Return a picture as PNG or as JPEG at high quality without colour subsampling."""
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, kind, **(_FINE if kind == "JPEG" else {"optimize": False}))
    return stream.getvalue()


def printed(image: Bytes) -> bytes:
    """Return a picture that has as many pixels as it is printed with as a small JPEG; one in grey has one channel."""
    stream, drawn = io.BytesIO(), Image.fromarray(image)
    colourless = np.array_equal(image[..., 0], image[..., 1]) and np.array_equal(image[..., 1], image[..., 2])
    (drawn.getchannel(0) if colourless else drawn).save(stream, "JPEG", **_PRINTED)
    return stream.getvalue()


def _size(item: ItemRecord, side: int) -> tuple[int, int]:
    """Return (width, height) in pixels: the shape of the maps, fitted."""
    return fitted(next((record.array.shape for record in item.maps.values()), (side, side)), side)


def _resize(values: Floats, size: tuple[int, int]) -> Floats:
    if values.shape == (size[1], size[0]):
        return values
    resized = Image.fromarray(values.astype(np.float32)).resize(size, Image.Resampling.BILINEAR)
    return np.asarray(resized, dtype=np.float32)


def _line(picture: Bytes, region: NDArray[np.bool_], dashes: NDArray[np.bool_] | None) -> None:
    """Draw the border of a region into a picture: light within it, dark around it, at some places only where asked."""
    if not region.any():
        return
    inner, outer = _edge(region), _grown(region) & ~region
    if dashes is not None:
        inner, outer = inner & dashes, outer & dashes
    picture[inner], picture[outer] = _LIGHT, _DARK


def _grown(region: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return a region and the places beside it."""
    wide = region.copy()
    wide[1:] |= region[:-1]
    wide[:-1] |= region[1:]
    wide[:, 1:] |= region[:, :-1]
    wide[:, :-1] |= region[:, 1:]
    return wide


def _edge(region: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the places of a region beside which lies another; the border of the picture is none."""
    return np.asarray(region & _grown(~region), dtype=np.bool_)


@lru_cache(maxsize=8)
def _dashes(height: int, width: int) -> NDArray[np.bool_]:
    rows, columns = np.ogrid[:height, :width]
    return np.asarray(((rows + columns) // _DASH) % 2 == 0, dtype=np.bool_)
