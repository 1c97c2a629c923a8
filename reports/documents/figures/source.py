"""What pictures are made from: images, masks and attribution maps out of the store."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from auditor.common.errors import NotFound, Refused, RetraceError
from auditor.common.said import say
from auditor.common.store import Store
from auditor.explain.arrays import read_array
from auditor.explain.decode import Pixels, decode_image
from auditor.explain.evidence import ArrayRef
from auditor.explain.formats.axes import Volume
from auditor.explain.formats.nifti import read_nifti

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


def stored(store: Store, digest: str, what: str) -> bytes:
    """Return stored content; raises RetraceError that says what is missing."""
    try:
        return store.get(digest)
    except NotFound:
        raise RetraceError(
            say(
                "%(what)s with SHA-256 %(digest)s is not in the store; restore it and render again.",
                what=what,
                digest=digest,
            )
        ) from None


def attribution(store: Store, reference: ArrayRef, what: str) -> Floats:
    """Return a map (*places); raises RetraceError where it is missing or not the one recorded."""
    try:
        array = read_array(reference, lambda digest: stored(store, digest, what))
    except ValueError:
        raise RetraceError(
            say("%(what)s is not an array in .npy form; run the audit again.", what=what)
        ) from None
    if tuple(array.shape) != reference.shape:
        raise RetraceError(
            say(
                "%(what)s has shape %(found)s, not %(wanted)s; run the audit again.",
                what=what,
                found=str(array.shape),
                wanted=str(reference.shape),
            )
        )
    return np.asarray(np.nan_to_num(array), dtype=np.float32)


def picture(store: Store, digest: str, size: tuple[int, int], what: str) -> Bytes:
    """Return an image as the model sees it: (height, width, 3) of 8 bits, resized to `size` = (width, height)."""
    pixels = _decoded(store, digest, what)
    if pixels.dtype == np.uint16:
        pixels = np.asarray((pixels / 257).round(), dtype=np.uint8)
    resized = Image.fromarray(pixels).convert("RGB").resize(size, Image.Resampling.BILINEAR)
    return np.asarray(resized, dtype=np.uint8)


def mask(store: Store, digest: str, size: tuple[int, int], what: str) -> NDArray[np.bool_]:
    """Return a mask (height, width), resized to `size` = (width, height); anything but zero is inside."""
    inside = np.any(np.atleast_3d(_decoded(store, digest, what)) > 0, axis=2)
    return np.asarray(Image.fromarray(inside.astype(np.uint8)).resize(size, Image.Resampling.NEAREST)) > 0


def volume(store: Store, digest: str, what: str) -> Volume:
    """Return a stored volume or the mask of one; raises RetraceError where it is missing or damaged."""
    try:
        return read_nifti(stored(store, digest, what), what)
    except Refused as error:
        raise RetraceError(error.sentence) from None


def _decoded(store: Store, digest: str, what: str) -> Pixels:
    try:
        return decode_image(stored(store, digest, what), what)
    except Refused as error:
        raise RetraceError(error.sentence) from None
