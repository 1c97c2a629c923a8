"""Writing a PDF object by object: what lies in memory is where objects are, never what they hold."""

import hashlib
import zlib
from array import array
from typing import BinaryIO

from reports.documents.plates.parts import Body

_TOGETHER = 200  # objects in one object stream
_FREE, _PLAIN, _PACKED = 0, 1, 2


class Writer:
    """A PDF 1.7 file in the making; equal calls give equal bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._position, self._digest = file, 0, hashlib.sha256()
        self._kinds, self._places, self._indices = array("B"), array("Q"), array("H")
        self._pending: list[tuple[int, bytes]] = []
        self.allocate(1)  # object 0 is the head of the free ones
        self._write(b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n")

    def allocate(self, count: int) -> int:
        """Return the first of so many numbers that nothing else gets."""
        first = len(self._kinds)
        self._kinds.extend([_FREE] * count)
        self._places.extend([0] * count)
        self._indices.extend([0] * count)
        return first

    def put(self, number: int, body: Body) -> None:
        """Write an object; those without a stream are packed together."""
        if body.stream:
            self._direct(number, body.value + b"\n" + body.stream)
            return
        self._pending.append((number, body.value))
        if len(self._pending) == _TOGETHER:
            self._pack()

    def close(self, trailer: bytes, identifier: bytes) -> None:
        """Finish the file; `trailer` holds the entries that name its root, `identifier` 16 bytes or more of it."""
        self._pack()
        number, position = self.allocate(1), self._position
        self._kinds[number], self._places[number] = _PLAIN, position
        rows = zip(self._kinds, self._places, self._indices, strict=True)
        table = b"".join(
            kind.to_bytes(1) + place.to_bytes(6) + index.to_bytes(2) for kind, place, index in rows
        )
        packed = zlib.compress(table, 9)
        content = self._digest.hexdigest()[:32].encode()
        self._write(
            b"%d 0 obj\n<</Type /XRef /Size %d /W [1 6 2] %b /ID [<%b> <%b>] /Filter /FlateDecode /Length %d>>\n"
            b"stream\n%b\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n"
            % (number, number + 1, trailer, identifier.hex().encode(), content, len(packed), packed, position)
        )

    def _pack(self) -> None:
        if not self._pending:
            return
        number, heads, values, position = self.allocate(1), [], [], 0
        for index, (member, value) in enumerate(self._pending):
            heads.append(b"%d %d" % (member, position))
            values.append(value)
            position += len(value) + 1
            self._kinds[member], self._places[member], self._indices[member] = _PACKED, number, index
        head = b" ".join(heads) + b"\n"
        packed = zlib.compress(head + b"\n".join(values), 9)
        self._direct(
            number,
            b"<</Type /ObjStm /N %d /First %d /Filter /FlateDecode /Length %d>>\nstream\n%b\nendstream"
            % (len(values), len(head), len(packed), packed),
        )
        self._pending = []

    def _direct(self, number: int, content: bytes) -> None:
        self._kinds[number], self._places[number] = _PLAIN, self._position
        self._write(b"%d 0 obj\n%b\nendobj\n" % (number, content))

    def _write(self, content: bytes) -> None:
        self._file.write(content)
        self._digest.update(content)
        self._position += len(content)
