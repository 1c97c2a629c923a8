"""Digests that identify everything: SHA-256 over bytes, and a Merkle root over many items."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from auditor.common.canonical import canonical

_LEAF, _NODE = b"\x00", b"\x01"


def sha256(content: bytes) -> str:
    """Return the SHA-256 of bytes as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def sha256_file(path: Path) -> str:
    """Return the SHA-256 of a file, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest_of(document: object) -> str:
    """Return the SHA-256 of a JSON value in its canonical form."""
    return sha256(canonical(document))


def merkle_root(leaves: Iterable[bytes]) -> str:
    """Return the RFC 6962 Merkle tree hash of the leaves, in their order, as hexadecimal digits.

    Only the right edge of the tree is held, so any number of leaves can stream through.
    """
    edge: list[tuple[int, bytes]] = []
    for leaf in leaves:
        size, node = 1, hashlib.sha256(_LEAF + leaf).digest()
        while edge and edge[-1][0] == size:
            left_size, left = edge.pop()
            size, node = left_size + size, hashlib.sha256(_NODE + left + node).digest()
        edge.append((size, node))
    if not edge:
        return sha256(b"")
    root = edge.pop()[1]
    while edge:
        root = hashlib.sha256(_NODE + edge.pop()[1] + root).digest()
    return root.hex()
