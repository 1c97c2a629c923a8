"""A key per data subject, which can be destroyed for good without rewriting a database or its backups.

All keys follow from one small file outside the database, as the values of a function that can be given up one by one
(`reports.keys.punctured`). Destroying a key replaces that file; what was sealed under it, wherever copies lie, is
then noise. A copy of the file from before brings the key back, so only its newest copy may be kept.
"""

import fcntl
import hmac
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from auditor.common.errors import Corrupt, Refused
from auditor.common.said import say
from reports.keys.files import making, read_private
from reports.keys.punctured import Tree

FILE = "subjects.key"
_LOCK_FILE = "subjects.lock"
_NONCE_BYTES = 12


class KeyDestroyed(Refused):
    """The key of a subject was destroyed, and everything under it with it."""


class SubjectKey:
    """What is sealed, and what the ledger says, about one subject."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(hmac.digest(secret, b"seal", "sha256"))
        self._salt = hmac.digest(secret, b"salt", "sha256")

    def seal(self, plain: bytes, context: bytes) -> bytes:
        """Return bytes that only this key opens, and only under the same context: AES-256-GCM, a random nonce first."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """Return what was sealed; raises Corrupt where it was altered, or is another subject's or context's."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context)
        except (InvalidTag, ValueError):
            raise Corrupt(
                say("What was sealed for a subject was altered since, or is filed under another; restore it.")
            ) from None

    def salted(self, content: bytes) -> str:
        """Return a digest of content, in hexadecimal, that nobody can compare with anything without the key."""
        return hmac.digest(self._salt, content, "sha256").hex()


class _Read(NamedTuple):
    """A version of the file, as it was last read by this process."""

    path: Path
    seen: tuple[int, int, int]
    tree: Tree


_last: _Read | None = None


def subject_key(number: int) -> SubjectKey:
    """Return the key of a subject; raises KeyDestroyed after its destruction, Refused where the file is not usable.

    The file is looked at in every call, so a destruction by another process holds at once.
    """
    secret = _tree().value(number)
    if secret is None:
        raise KeyDestroyed(
            say(
                "The key of subject %(number)s was destroyed; what it sealed cannot be read again.",
                number=number,
            )
        )
    return SubjectKey(secret)


def is_destroyed(number: int) -> bool:
    """Say whether the key of a subject was destroyed."""
    return _tree().value(number) is None


def destroyed_count() -> int:
    """Return how many keys were destroyed; fewer than the register knows of tells a copy of the file from before."""
    return _tree().given_up


def vault_name() -> str:
    """Return what tells this file of keys from any other, in hexadecimal; it never changes."""
    return _tree().name.hex()


def destroy_keys(numbers: Iterable[int]) -> None:
    """Destroy the keys of subjects; those of a subject that has none any more are passed over.

    Durable when it returns: the new file is on the disk under its name, and the bytes of the old one are overwritten,
    as far as the file system and the disk beneath it do that in place. Processes take turns.
    """
    path = _path()
    _tree()
    with _turn(path):
        before = _read(path).tree
        after = before.without(numbers)
        if after.given_up != before.given_up:
            _replace(path, bytes(after))


def _path() -> Path:
    return Path(settings.KEYS_DIR) / FILE


def _tree() -> Tree:
    """Return the present function: read anew where the file has changed, and made where there is none."""
    global _last
    path, last = _path(), _last
    try:
        if last is not None and last.path == path and last.seen == _seen(path):
            return last.tree
    except FileNotFoundError:
        pass
    if not path.exists():
        with making(path), _turn(path):
            if not path.exists():
                _replace(path, bytes(Tree.new()))
    _last = _read(path)
    return _last.tree


def _read(path: Path) -> _Read:
    """Return the file's present version; looked at before it is read, so what changes meanwhile is seen next time."""
    try:
        seen = _seen(path)
        return _Read(path, seen, Tree.parse(read_private(path)))
    except (ValueError, FileNotFoundError):
        raise Refused(
            say("%(path)s is not a whole file of subjects' keys; restore its newest copy.", path=str(path))
        ) from None


def _seen(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    """Let one process at a time change the file."""
    descriptor = os.open(path.with_name(_LOCK_FILE), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _replace(path: Path, content: bytes) -> None:
    """Write the file anew under its name, whole or not at all, then overwrite what the old one held.

    The name that it is written under first is always the same, so a crash leaves no copy that a later one forgets.
    """
    beside = path.with_name(f"{FILE}.new")
    descriptor = os.open(beside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    with path.open("r+b") if path.exists() else nullcontext() as old:
        beside.replace(path)
        _settle(path.parent)
        if old is not None:
            old.write(bytes(os.fstat(old.fileno()).st_size))
            old.flush()
            os.fsync(old.fileno())


def _settle(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
