"""The content-addressed store: bytes go in, their SHA-256 names them, nothing is ever changed."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from auditor.common.digest import sha256, sha256_file
from auditor.common.errors import Corrupt, NotFound, RetraceError
from auditor.common.said import say

_DIGEST = re.compile("[0-9a-f]{64}")


class Store:
    """Content under its digest in a directory tree; writes are atomic and idempotent."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def at(cls, url: str) -> "Store":
        """Return the store at a file: URL; any other scheme raises RetraceError."""
        parts = urlsplit(url)
        if parts.scheme != "file" or parts.netloc:
            raise RetraceError(
                say("STORAGE_URL must be a file: URL with an absolute path, not %(url)s.", url=repr(url))
            )
        return cls(Path(unquote(parts.path)))

    def path(self, digest: str) -> Path:
        """Return where content with this digest lies or would lie."""
        if not _DIGEST.fullmatch(digest):
            raise ValueError(f"{digest!r} is not a SHA-256 in hexadecimal")
        return self.root / digest[:2] / digest

    def has(self, digest: str) -> bool:
        """Say whether the content is present."""
        return self.path(digest).is_file()

    def put(self, content: bytes) -> str:
        """Keep bytes and return their digest."""
        digest = sha256(content)
        if not self.has(digest):
            with self._incoming() as stream:
                stream.write(content)
                self._settle(stream, digest)
        return digest

    def put_file(self, source: Path) -> str:
        """Keep a copy of a file of any size and return its digest."""
        with self._incoming() as stream, source.open("rb") as content:
            shutil.copyfileobj(content, stream, 1 << 20)
            stream.flush()
            digest = sha256_file(Path(stream.name))
            self._settle(stream, digest)
        return digest

    def get(self, digest: str) -> bytes:
        """Return the content; raises NotFound if it is absent and Corrupt if it is not what was put."""
        try:
            content = self.path(digest).read_bytes()
        except FileNotFoundError:
            raise _absent(digest) from None
        if sha256(content) != digest:
            raise _altered(digest)
        return content

    def checked_path(self, digest: str) -> Path:
        """Return the path of content of any size after checking it; raises NotFound or Corrupt."""
        path = self.path(digest)
        if not path.is_file():
            raise _absent(digest)
        if sha256_file(path) != digest:
            raise _altered(digest)
        return path

    def open(self, digest: str) -> BinaryIO:
        """Open the content for reading without checking it; raises NotFound if it is absent."""
        try:
            return self.path(digest).open("rb")
        except FileNotFoundError:
            raise _absent(digest) from None

    def remove(self, digest: str) -> None:
        """Remove content for good, as erasure asks for; durable when it returns. Absent content is passed over."""
        path = self.path(digest)
        path.unlink(missing_ok=True)
        if path.parent.is_dir():
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    @contextmanager
    def _incoming(self) -> Iterator[BinaryIO]:
        self.root.mkdir(parents=True, exist_ok=True)
        stream = tempfile.NamedTemporaryFile(dir=self.root, prefix="incoming-", delete=False)  # noqa: SIM115
        try:
            with stream:
                yield stream.file  # type: ignore[misc]
        finally:
            Path(stream.name).unlink(missing_ok=True)

    def _settle(self, stream: BinaryIO, digest: str) -> None:
        stream.flush()
        os.fsync(stream.fileno())
        target = self.path(digest)
        target.parent.mkdir(exist_ok=True)
        Path(stream.name).replace(target)


def _absent(digest: str) -> NotFound:
    return NotFound(say("The store has no content %(digest)s; restore it from a backup.", digest=digest))


def _altered(digest: str) -> Corrupt:
    return Corrupt(say("Stored content %(digest)s was altered; restore it from a backup.", digest=digest))
