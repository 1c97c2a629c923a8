"""Private files: made once, whoever comes first, and read only where nobody else can read them."""

import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from auditor.common.errors import Refused
from auditor.common.said import say


def made_once(path: Path, make: Callable[[], bytes]) -> bytes:
    """Return a private file's bytes, which are made and kept where there are none; the first of several wins.

    Raises Refused where others can read the file or write to its folder, or where it cannot be kept.
    """
    with making(path):
        if not path.exists():
            _keep(path, make())
    return read_private(path)


@contextmanager
def making(path: Path) -> Iterator[None]:
    """Let a private file be made inside the block, in a folder that is there and that others cannot write to.

    Raises Refused where the folder is none of ours, and for what the file system refuses inside the block.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_shared(path.parent, 0o022, say("write to"))
        yield
    except OSError as error:
        raise Refused(
            say(
                "The key %(path)s could not be made (%(why)s); name a folder of ours in RETRACE_KEYS.",
                path=str(path),
                why=error.strerror or "",
            )
        ) from error


def read_private(path: Path) -> bytes:
    """Return a file's bytes; raises Refused where it is missing or where others can read it."""
    try:
        with path.open("rb") as stream:
            _refuse_shared(path, 0o077, say("read"), os.fstat(stream.fileno()))
            return stream.read()
    except OSError as error:
        raise Refused(
            say("The key %(path)s could not be read: %(why)s.", path=str(path), why=error.strerror or "")
        ) from error


def _keep(path: Path, content: bytes) -> None:
    """Write the file under another name and link it, which fails where another process was first."""
    descriptor, beside = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(beside, path)
    except FileExistsError:
        return
    finally:
        Path(beside).unlink()


def _refuse_shared(path: Path, bits: int, verb: str, found: os.stat_result | None = None) -> None:
    mode = stat.S_IMODE((found or path.stat()).st_mode)
    if mode & bits:
        raise Refused(
            say(
                "Others than its owner can %(verb)s %(path)s (mode %(mode)s); run chmod go-rwx on it, and replace "
                "the key if it may have been seen or changed.",
                verb=verb,
                path=str(path),
                mode=f"{mode:04o}",
            )
        )
