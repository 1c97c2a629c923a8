"""The file that all subjects' keys follow from: replaced whole, read anew when it changes, never made a second time.

Beside it lie a lock, by which processes take turns, and a mark: the file's fingerprint and how many keys it had
destroyed. Where there is a mark, a file that is missing, another's or older than the mark is refused; a new one in its
place would make everything that was ever sealed unreadable without a word.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from auditor.common.errors import Refused
from auditor.common.said import say
from reports.keys.files import making, read_private
from reports.keys.ggm import Tree

FILE, MARK, LOCK = "subjects.key", "subjects.mark", "subjects.lock"
_NEW, _OLD = f"{FILE}.new", f"{FILE}.old"
_TICK = 1000  # ns: what the finest file systems' times are sure to tell apart


class VaultUnusable(Refused):
    """The file of subjects' keys is missing, damaged, an older copy, or another installation's."""


class _Read(NamedTuple):
    """A version of the file, as this process last read it."""

    path: Path
    seen: tuple[int, int, int]
    tree: Tree


_last: _Read | None = None


def tree() -> Tree:
    """Return what the file holds now; made on the very first use. Raises VaultUnusable, or Refused if not private."""
    global _last
    path, last = Path(settings.KEYS_DIR) / FILE, _last
    if last is not None and last.path == path and last.seen == _seen(path):
        return last.tree
    with _turn(path):
        present = _present(path)
        seen = _seen(path)
        if seen is not None:
            _last = _Read(path, seen, present)
    return present


def give_up(numbers: Iterable[int]) -> None:
    """Give up the values of numbers for good; on the disk when it returns, and the bytes of before overwritten."""
    path = Path(settings.KEYS_DIR) / FILE
    with _turn(path):
        before = _present(path)
        after = before.without(numbers)
        if after.given_up != before.given_up:
            _replace(path, after)


def check_vault(fingerprint: str, destroyed: int) -> None:
    """Raise VaultUnusable unless the file is the one of that fingerprint and has destroyed at least so many keys.

    It makes no file, so a folder of keys that was lost as a whole is told as well.
    """
    path = Path(settings.KEYS_DIR) / FILE
    if not path.exists():
        raise _missing(path)
    _compare(path, tree(), fingerprint, destroyed)


def _present(path: Path) -> Tree:
    """Return what the file holds, in this process's turn; what a killed process left beside it is wiped."""
    mark = path.with_name(MARK)
    if not path.exists():
        if mark.exists():
            raise _missing(path)
        _replace(path, Tree.new())
    try:
        present = Tree.parse(read_private(path))
    except ValueError:
        raise VaultUnusable(
            say("%(path)s is not a whole file of subjects' keys; restore its newest copy.", path=str(path))
        ) from None
    known = _known(mark)
    if known is not None:
        _compare(path, present, *known)
    if known != (present.name.hex(), present.given_up):
        _write(mark, _mark(present))
    for name in (_NEW, _OLD):
        _wipe(path.with_name(name), path)
    return present


def _mark(present: Tree) -> bytes:
    return f"{present.name.hex()} {present.given_up}\n".encode()


def _known(mark: Path) -> tuple[str, int] | None:
    """Return the fingerprint and the count of the mark, or None where there is none yet."""
    if not mark.exists():
        return None
    try:
        fingerprint, destroyed = read_private(mark).decode().split()
        return fingerprint, int(destroyed)
    except ValueError:
        raise VaultUnusable(
            say("%(path)s is not whole; restore the folder of keys from its newest copy.", path=str(mark))
        ) from None


def _compare(path: Path, present: Tree, fingerprint: str, destroyed: int) -> None:
    if present.name.hex() != fingerprint:
        raise VaultUnusable(
            say(
                "%(path)s is another installation's file; restore the newest copy of its own.", path=str(path)
            )
        )
    if present.given_up < destroyed:
        raise VaultUnusable(
            say(
                "%(path)s is an older copy: it has destroyed %(found)s keys, and %(known)s were destroyed already; "
                "restore its newest copy.",
                path=str(path),
                found=present.given_up,
                known=destroyed,
            )
        )


def _missing(path: Path) -> VaultUnusable:
    return VaultUnusable(
        say(
            "%(path)s, which all subjects' keys follow from, is gone; restore its newest copy.",
            path=str(path),
        )
    )


def _seen(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    """Let one process, or thread, at a time read or change the file."""
    with making(path):
        descriptor = os.open(path.with_name(LOCK), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _replace(path: Path, after: Tree) -> None:
    """Put a new version in the file's place, whole or not at all, then overwrite the old one.

    The old one keeps a name until it is overwritten, so that a later turn finds and wipes what a crash left.
    """
    old = path.with_name(_OLD)
    later = 0
    if path.exists():
        later = path.stat().st_mtime_ns + _TICK
        _wipe(old, path)
        os.link(path, old)
    _wipe(path.with_name(_NEW), path)
    _write(path, bytes(after), later)
    _wipe(old, path)
    _write(path.with_name(MARK), _mark(after))


def _write(path: Path, content: bytes, later: int = 0) -> None:
    """Write a file whole, durable when it returns, with a time of change that is `later` or after it.

    An inode's number is used again; a time that only rises is what tells two versions apart.
    """
    beside = path.with_name(f"{path.name}.new")
    descriptor = os.open(beside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        changed = max(later, os.fstat(descriptor).st_mtime_ns)
        os.utime(descriptor, ns=(changed, changed))
        os.fsync(descriptor)
    beside.replace(path)
    _settle(path.parent)


def _wipe(leftover: Path, path: Path) -> None:
    """Overwrite and remove a file that is no longer the vault; where it is a second name of it, only that name goes."""
    if not leftover.exists():
        return
    if not (path.exists() and leftover.samefile(path)):
        with leftover.open("r+b") as stream:
            stream.write(bytes(os.fstat(stream.fileno()).st_size))
            stream.flush()
            os.fsync(stream.fileno())
    leftover.unlink()


def _settle(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
