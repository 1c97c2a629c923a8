"""Reading the PDF files that are joined: our own, with a plain cross-reference table and no object streams."""

import hashlib
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import NamedTuple

from auditor.common.errors import RetraceError
from auditor.common.said import say

_TOKEN = re.compile(
    rb"\((?:[^()\\]|\\.)*\)"  # a string in which parentheses are escaped, as ours are
    rb"|<[0-9A-Fa-f]*>"
    rb"|(?P<stream>\bstream\r?\n)"
    rb"|(?P<reference>\b\d+ 0 R\b)"
    rb"|(?P<parent>/StructParents? \d+)"
    rb"|(?P<subset>/[A-Z]{6}\+)",
    re.DOTALL,
)
_HEADER = re.compile(rb"\d+ 0 obj\s")


class Body(NamedTuple):
    """An object's value, and the bytes of its stream from the keyword on where it has one."""

    value: bytes
    stream: bytes = b""


class Part:
    """A PDF file whose objects are read one at a time.

    Raises RetraceError where the file has another form.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._bytes = mmap(file.fileno(), 0, access=ACCESS_READ)
        self._offsets, self._trailer = self._table()
        ordered = sorted({*self._offsets.values(), self._bytes.rfind(b"\nxref\n") + 1})
        self._ends = dict(pairwise(ordered))

    @property
    def numbers(self) -> list[int]:
        """Return the numbers of all objects."""
        return sorted(self._offsets)

    def root(self, name: str) -> int | None:
        """Return the number of the object that the trailer names, or None."""
        return reference(self._trailer, name)

    def trailer(self) -> bytes:
        """Return the trailer's dictionary."""
        return self._trailer

    def read(self, number: int) -> Body:
        """Return an object."""
        offset = self._offsets[number]
        raw = self._bytes[offset : self._ends[offset]]
        header = _HEADER.match(raw)
        if header is None:
            raise RetraceError(
                say(
                    "A part of the report is damaged at object %(number)s; render it again.",
                    number=str(number),
                )
            )
        content = raw[header.end() : raw.rindex(b"endobj")].rstrip(b"\r\n")
        for token in _TOKEN.finditer(content):
            if token["stream"]:
                return Body(content[: token.start()].rstrip(), content[token.start() :])
        return Body(content)

    def close(self) -> None:
        """Let the file go."""
        self._bytes.close()

    def _table(self) -> tuple[dict[int, int], bytes]:
        """Return where objects begin, by number, and the trailer."""
        tail = self._bytes[-64:]
        found = re.search(rb"startxref\s+(\d+)", tail)
        table = self._bytes[int(found[1]) :] if found else b""
        head = re.match(rb"xref\s+0 (\d+)\s+", table)
        if head is None:
            raise RetraceError(
                say("A part of the report has no plain cross-reference table; render it again.")
            )
        count, start = int(head[1]), head.end()
        lines = table[start : start + 20 * count]
        rows = (lines[20 * number : 20 * number + 20].split() for number in range(count))
        offsets = {number: int(row[0]) for number, row in enumerate(rows) if row[2] == b"n"}
        return offsets, table[table.index(b"trailer", start) + 7 : table.rindex(b"startxref")].strip()


def renumbered(value: bytes, number: Callable[[int], int], parents: int, part: int = 0) -> bytes:
    """Return a value with other object numbers and with the keys into the parent tree moved by `parents`.

    Subsets of one font in several parts get different tags, by `part` (ISO 32000-1, 9.6.4).
    """

    def changed(token: re.Match[bytes]) -> bytes:
        if token["reference"]:
            return b"%d 0 R" % number(int(token[0].split()[0]))
        if token["parent"]:
            name, key = token[0].split()
            return b"%b %d" % (name, int(key) + parents)
        if token["subset"]:
            return b"/%b+" % _tag(token[0][1:7], part)
        return token[0]

    return _TOKEN.sub(changed, value)


def _tag(tag: bytes, part: int) -> bytes:
    """Return another tag of six capital letters."""
    left = int.from_bytes(hashlib.sha256(b"%b %d" % (tag, part)).digest()[:8])
    letters = []
    for _place in range(6):
        left, letter = divmod(left, 26)
        letters.append(65 + letter)
    return bytes(letters)


def reference(value: bytes, name: str) -> int | None:
    """Return the object number under a name of a dictionary, or None where it has no such reference."""
    found = re.search(rb"/" + name.encode() + rb"\s*(\d+) 0 R", value)
    return int(found[1]) if found else None


def references(value: bytes) -> Iterator[int]:
    """Yield the object numbers in an array of references."""
    for token in _TOKEN.finditer(value):
        if token["reference"]:
            yield int(token[0].split()[0])


def array(value: bytes, name: str) -> bytes:
    """Return what stands between the brackets of an array of references under a name; empty where there is none."""
    found = re.search(rb"/" + name.encode() + rb"\s*\[([^\]]*)\]", value)
    return found[1] if found else b""
