"""What pictures are made from: images, masks and attribution maps out of the store."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from auditor.common.errors import NotFound, RetraceError
from auditor.common.store import Store
from auditor.explain.evidence import ArrayRef

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


def stored(store: Store, digest: str, what: str) -> bytes:
    """Return stored content; raises RetraceError that says what is missing."""
    try:
        return store.get(digest)
    except NotFound:
        raise RetraceError(
            f"The {what} with SHA-256 {digest} is not in the store; restore it and render again."
        ) from None


def attribution(store: Store, reference: ArrayRef, what: str) -> Floats:
    """Return a map (*places); raises RetraceError where it is missing or not the one recorded."""
    content = stored(store, reference.sha256, what)
    try:
        array = np.load(io.BytesIO(content), allow_pickle=False)
    except ValueError:
        raise RetraceError(f"The {what} is not an array in .npy form; run the audit again.") from None
    if tuple(array.shape) != reference.shape:
        raise RetraceError(f"The {what} has shape {array.shape}, not {reference.shape}; run the audit again.")
    return np.asarray(np.nan_to_num(array), dtype=np.float32)


def picture(store: Store, digest: str, size: tuple[int, int], what: str) -> Bytes:
    """Return an image as (height, width, 3) of 8 bits, resized to `size` = (width, height)."""
    with _open(stored(store, digest, what), what) as image:
        resized = _eight_bits(image).convert("RGB").resize(size, Image.Resampling.BILINEAR)
    return np.asarray(resized, dtype=np.uint8)


def mask(store: Store, digest: str, size: tuple[int, int], what: str) -> NDArray[np.bool_]:
    """Return a mask (height, width), resized to `size` = (width, height); anything but zero is inside."""
    with _open(stored(store, digest, what), what) as image:
        resized = _eight_bits(image).convert("L").resize(size, Image.Resampling.NEAREST)
    return np.asarray(resized) > 0


def _open(content: bytes, what: str) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(content))
        image.load()
    except (UnidentifiedImageError, OSError):
        raise RetraceError(f"The {what} does not decode as an image; run the audit again.") from None
    return image


def _eight_bits(image: Image.Image) -> Image.Image:
    """Scale images of more than 8 bits to their own range; Pillow would clip them."""
    if not (image.mode.startswith("I") or image.mode == "F"):
        return image
    values = np.asarray(image, dtype=np.float64)
    low, high = float(values.min()), float(values.max())
    scaled = (values - low) / ((high - low) or 1.0) * 255
    return Image.fromarray(scaled.round().astype(np.uint8))
