"""Arrays beside a document: named by the digest of their bytes."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.explain.document import Document
from auditor.explain.spec import Digest

Put = Callable[[bytes], str]


class ArrayRef(Document):
    """An array beside the document: the SHA-256 of its .npy bytes, its shape and its dtype."""

    sha256: Digest
    shape: tuple[int, ...]
    dtype: str


def put_array(values: NDArray[Any], put: Put) -> ArrayRef:
    """Put an array aside as little-endian float32 .npy and return its reference."""
    stored = np.ascontiguousarray(values, dtype="<f4")
    stream = io.BytesIO()
    np.lib.format.write_array(stream, stored, version=(1, 0), allow_pickle=False)
    return ArrayRef(sha256=put(stream.getvalue()), shape=stored.shape, dtype="float32")


def read_array(reference: ArrayRef, get: Callable[[str], bytes]) -> NDArray[Any]:
    """Return an array that was put aside; raises ValueError where its bytes are no array."""
    return np.asarray(np.load(io.BytesIO(get(reference.sha256)), allow_pickle=False))
