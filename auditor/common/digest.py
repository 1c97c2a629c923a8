"""Digests that identify everything: SHA-256 over bytes."""

import hashlib
from pathlib import Path

from auditor.common.canonical import canonical


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
