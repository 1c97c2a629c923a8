"""What is kept of an item so that it can be compared with every other: small, and the same on every machine."""

import base64
import hashlib
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import interpolate

PICTURE, SOLID = (48, 48), (16, 16, 16)


def thumbnail(given: Tensor) -> bytes:
    """Return the mean of the channels of a picture or a volume (channels, *places), small and in 256 levels.

    The darkest place becomes 0 and the brightest 255, so that a copy that is brighter throughout has the same levels.
    """
    size = PICTURE if given.dim() == 3 else SOLID
    grey = given.cpu().double().mean(0)[None, None]
    if given.dim() == 3:
        small = interpolate(grey, size, mode="bilinear", antialias=True, align_corners=False)
    else:
        small = interpolate(grey, size, mode="area")
    span = small.max() - small.min()
    levels = (small - small.min()) / (span if span > 0 else 1.0) * 255
    return levels.round().to(torch.uint8).numpy().tobytes()


def refined(lines: NDArray[np.float64], edges: NDArray[np.float64]) -> bytes:
    """Return a digest of a graph that the order of its nodes does not change, by refining colours.

    Parameters
    ----------
    lines : (nodes, numbers), what each node carries
    edges : (nodes, nodes), the weight of the edge that a row's node receives from a column's, 0 without one

    B. Weisfeiler, A. Leman: The reduction of a graph to canonical form. Nauchno-Technicheskaya Informatsia 2, 1968.
    """
    colours = [_hash(line.tobytes()) for line in lines]
    joined = [
        [(place, edges[node, place].tobytes(), edges[place, node].tobytes()) for place in around]
        for node in range(len(lines))
        for around in [np.flatnonzero((edges[node] != 0) | (edges[:, node] != 0)).tolist()]
    ]
    for _ in range(len(lines)):
        known = len(set(colours))
        colours = [
            _hash(
                colours[node]
                + b"".join(sorted(inward + outward + colours[p] for p, inward, outward in around))
            )
            for node, around in enumerate(joined)
        ]
        if len(set(colours)) == known:
            break
    return _hash(b"".join(sorted(colours)))


def written(content: bytes) -> str:
    """Return a fingerprint as text."""
    return base64.b64encode(content).decode()


def read(fingerprints: Sequence[str], dtype: str) -> NDArray[np.generic]:
    """Return fingerprints of one length as numbers (items, numbers)."""
    return np.stack([np.frombuffer(base64.b64decode(text), dtype=dtype) for text in fingerprints])


def _hash(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
