"""Making a report again from what is attached to it, and comparing both byte for byte."""

import re
from collections.abc import Iterator
from importlib.metadata import version
from io import BytesIO
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

import auditor
from auditor.common.errors import Corrupt, NotFound, Refused
from auditor.common.said import say
from auditor.common.store import Store
from reports.documents.listing import named
from reports.documents.render import render
from reports.documents.snapshot import Snapshot
from reports.documents.verification.contents import attachment, unsigned_lengths
from reports.documents.verification.included import EVIDENCE, STATEMENT

_OBJECT = re.compile(rb"(\d+) 0 obj")
_DRAWS = ("numpy", "pillow")  # of what evidence names, the packages that pictures in the report depend on
_PRODUCER = "WeasyPrint"
_DEPTH = 12


class Unsigned(NamedTuple):
    """A report as it was before signing, and what it says of itself."""

    content: bytes
    evidence: bytes
    statement: bytes


class Reproduction(NamedTuple):
    """Whether the same bytes came out, and one sentence that says so or where they differ."""

    reproduced: bool
    sentence: str


def unsigned(path: Path, document: str) -> Unsigned:
    """Return a verified report as it was before signing; `document` is its digest then.

    Raises Refused for a file without the attachments of a report.
    """
    with path.open("rb") as stream:
        reader = PdfFileReader(stream)
        length = unsigned_lengths(reader, stream)[document]
        evidence, statement = (attachment(reader, name, 0) for name in (EVIDENCE, STATEMENT))
        if evidence is None or statement is None:
            raise Refused(say("%(name)s lacks evidence.json or statement.json.", name=path.name))
        stream.seek(0)
        return Unsigned(stream.read(length), evidence, statement)


def reproduce(report: Unsigned, store: Store) -> Reproduction:
    """Make a report again with the arrays in a store; raises Refused where its attachments are damaged."""
    snapshot = Snapshot.together(report.evidence, report.statement)
    missing = [one for one in named(snapshot.evidence) if not store.has(one.sha256)]
    if missing:
        first = missing[0]
        return Reproduction(
            False,
            say(
                "Cannot be reproduced: %(n)s of the arrays and pictures that the evidence names are not in the store; "
                "the first is %(what)s at %(place)s with SHA-256 %(digest)s.",
                n=len(missing),
                what=first.what,
                place=first.place,
                digest=first.sha256,
            ),
        )
    try:
        again = render(snapshot, store)
    except (NotFound, Corrupt) as error:
        return Reproduction(False, say("Cannot be reproduced: %(why)s", why=error.sentence))
    if again == report.content:
        return Reproduction(
            True, say("Reproduced: the same %(n)s bytes came out as were signed.", n=len(again))
        )
    return Reproduction(False, _difference(snapshot, report.content, again))


def _difference(snapshot: Snapshot, before: bytes, after: bytes) -> str:
    place = next(
        (index for index, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]),
        min(len(before), len(after)),
    )
    number = _object_at(before, place)
    page = _first_page(before, after)
    other = _other_software(snapshot, before)
    where = say("page %(n)s", n=page) if page else say("no page, but in what belongs to the document")
    return say(
        "Differs: %(where)s; the first different byte is at %(place)s, in object %(number)s.%(software)s",
        where=where,
        place=str(place),
        number=str(number),
        software=say(" Other software drew it then: %(names)s.", names=other) if other else "",
    )


def _object_at(content: bytes, place: int) -> int:
    """Return the number of the object that a byte belongs to."""
    found = 0
    for match in _OBJECT.finditer(content, 0, place):
        found = int(match[1])
    return found


def _first_page(before: bytes, after: bytes) -> int | None:
    """Return the number of the first page that draws something else, or None."""
    pages = zip_longest(_drawn(before), _drawn(after))
    return next((number for number, (one, other) in enumerate(pages, 1) if one != other), None)


def _drawn(content: bytes) -> Iterator[list[bytes]]:
    """Yield for every page what it draws: its content, and everything that this refers to."""
    reader = PdfFileReader(BytesIO(content))
    for index in range(int(reader.root["/Pages"]["/Count"])):
        page = reader.find_page_for_modification(index)[0].get_object()
        yield [page["/Contents"].encoded_data, *_streams(page["/Resources"], _DEPTH)]


def _streams(value: generic.PdfObject, depth: int) -> Iterator[bytes]:
    found = value.get_object()
    if depth == 0:
        return
    if isinstance(found, generic.StreamObject):
        yield found.encoded_data
    if isinstance(found, generic.DictionaryObject):
        for key in sorted(found):
            yield from _streams(found.raw_get(key), depth - 1)
    elif isinstance(found, generic.ArrayObject):
        for one in found.iterate():
            yield from _streams(one, depth - 1)


def _other_software(snapshot: Snapshot, content: bytes) -> list[str]:
    """Return what drew the report then and is of another version now, as far as it is recorded."""
    made_with = snapshot.evidence.software
    then = {"retrace": made_with.retrace} | {name: made_with.packages.get(name, "") for name in _DRAWS}
    producer = str(PdfFileReader(BytesIO(content)).trailer["/Info"]["/Producer"])
    then["weasyprint"] = producer.removeprefix(_PRODUCER).strip()
    now = {"retrace": auditor.__version__} | {name: version(name) for name in then if name != "retrace"}
    return [
        f"{name} {then[name]}, {now[name]} here" for name in then if then[name] and then[name] != now[name]
    ]
