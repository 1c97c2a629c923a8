"""What is attached to a PDF, and how it was before its last update."""

import hashlib
from collections.abc import Iterator
from typing import BinaryIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from auditor.common.errors import Refused
from auditor.common.said import say

_END = b"%%EOF"
_DEPTH, _MOST_FILES = 8, 64
_CHUNK = 2**20


def attachment(reader: PdfFileReader, name: str, revision: int) -> bytes | None:
    """Return the attached file of this name as a revision has it, or None; raises Refused for too many of them."""
    root = reader.get_historical_root(revision)
    if "/Names" not in root or "/EmbeddedFiles" not in root["/Names"]:
        return None
    for count, (key, spec) in enumerate(_files(root["/Names"]["/EmbeddedFiles"], _DEPTH)):
        if count == _MOST_FILES:
            raise Refused(
                say("This file has more than %(n)s attachments, which no report has.", n=_MOST_FILES)
            )
        if key == name:
            data: bytes = spec["/EF"]["/F"].data
            return data
    return None


def unsigned_lengths(reader: PdfFileReader, stream: BinaryIO) -> dict[str, int]:
    """Return how long the file may have been before its first update, by the SHA-256 of so many bytes.

    A file may or may not end its last line, so there are up to three lengths.
    """
    begins = reader.xrefs.get_startxref_for_revision(0)
    stream.seek(begins)
    tail = stream.read(_CHUNK)
    if _END not in tail:
        return {}
    end = begins + tail.index(_END) + len(_END)
    stream.seek(0)
    digest, left = hashlib.sha256(), end
    found: dict[str, int] = {}
    while left and (chunk := stream.read(min(_CHUNK, left))):
        digest.update(chunk)
        left -= len(chunk)
    for length in range(end, end + 3):
        found.setdefault(digest.hexdigest(), length)
        digest.update(stream.read(1))
    return found


def _files(node: generic.DictionaryObject, depth: int) -> Iterator[tuple[str, generic.DictionaryObject]]:
    if "/Names" in node:
        pairs = node["/Names"]
        for index in range(0, len(pairs) - 1, 2):
            yield str(pairs[index]), pairs[index + 1]
    if "/Kids" in node and depth:
        for kid in node["/Kids"]:
            yield from _files(kid.get_object(), depth - 1)
