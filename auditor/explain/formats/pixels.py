"""What names a picture whatever file it lies in: the digest of its pixels."""

import hashlib

import numpy as np

from auditor.explain.formats.bounds import Pixels


def pixel_digest(pixels: Pixels) -> str:
    """Return the SHA-256 of decoded pixels: type and shape, then the numbers row by row, low byte first.

    Nothing of a file's header goes in. The digest of a whole DICOM file would let everyone who holds the file without
    identity try names and dates until header and digest fit; that of its pixels says nothing that they do not say.
    """
    head = f"retrace-pixels/1 {pixels.dtype.name} {' '.join(map(str, pixels.shape))}\n"
    plain = np.ascontiguousarray(pixels, dtype=pixels.dtype.newbyteorder("<"))
    return hashlib.sha256(head.encode() + plain.tobytes()).hexdigest()
