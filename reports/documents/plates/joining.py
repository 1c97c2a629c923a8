"""Joining PDF files: pages, structure tree and bookmarks of parts go behind those of the first, one at a time.

No part is held in memory, so a gallery of any size is joined in the same room.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from auditor.common.errors import RetraceError
from auditor.common.said import say
from reports.documents.plates.parts import Body, Part, array, reference, references, renumbered
from reports.documents.plates.writer import Writer

_PAIR = re.compile(rb"(\d+)\s*(\[[^\]]*\]|\d+ 0 R)")
_COUNT = re.compile(rb"/Count -?\d+")


class Section(NamedTuple):
    """A part and the title of its bookmark."""

    path: Path
    title: str


class _Grafts(NamedTuple):
    """What of the parts hangs in the tree of the first file: their page trees, elements, keys and bookmarks."""

    pages: list[int]
    elements: list[int]
    leaves: list[int]
    bookmarks: list[tuple[int, str, int, bytes, int]]


class _Landmarks(NamedTuple):
    """The objects of a file in which it is changed, by number."""

    catalog: int
    pages: int
    structure: int
    document: int
    parents: int
    outlines: int


def join(first: Path, sections: Iterable[Section], out: Path, label: str) -> None:
    """Write one PDF that holds a file and, behind it, some parts; their pages are labelled from 1 after `label`.

    The first file's last bookmark becomes the parent of those of the parts. Raises RetraceError where a file has
    another form than our own renderer gives it.
    """
    with out.open("wb") as file:
        writer, main = Writer(file), Part(first)
        marks = _landmarks(main)
        writer.allocate(main.numbers[-1])  # the first file keeps its numbers
        last = reference(main.read(marks.outlines).value, "Last")
        if last is None:
            raise RetraceError(say("The report has no bookmarks to put its plates under; render it again."))
        count = _pages(main, marks)
        keys, grafts = _next_key(main, marks), _Grafts([marks.pages], [], [marks.parents], [])
        special = {marks.catalog, marks.pages, marks.structure, marks.document, marks.parents, last}
        for number in main.numbers:
            if number not in special:
                writer.put(number, main.read(number))
        top, tree = writer.allocate(1), writer.allocate(1)
        total = count
        for section in sections:
            pages, keys = _graft(section, writer, grafts, marks, (top, last), keys)
            total += pages
        _bookmarks(writer, grafts, last)
        _crown(writer, main, marks, grafts, last, (top, tree), (count, total, label))
        identifier = re.search(rb"/ID\s*\[\s*\(([^)]*)\)", main.trailer())
        info = reference(main.trailer(), "Info")
        root = b"/Root %d 0 R" % marks.catalog + (b" /Info %d 0 R" % info if info else b"")
        writer.close(root, identifier[1] if identifier else b"")
        main.close()


def _landmarks(part: Part) -> _Landmarks:
    catalog = _needed(part.root("Root"), say("a catalog"))
    root = part.read(catalog).value
    structure = _needed(reference(root, "StructTreeRoot"), say("a structure tree"))
    tree = part.read(structure).value
    return _Landmarks(
        catalog,
        _needed(reference(root, "Pages"), say("pages")),
        structure,
        _needed(next(references(b"[" + array(tree, "K") + b"]"), None), say("a document element")),
        _needed(reference(tree, "ParentTree"), say("a parent tree")),
        _needed(reference(root, "Outlines"), say("bookmarks")),
    )


def _needed(found: int | None, what: str) -> int:
    if found is None:
        raise RetraceError(say("A part of the report lacks %(what)s; render it again.", what=what))
    return found


def _pages(part: Part, marks: _Landmarks) -> int:
    found = re.search(rb"/Count (\d+)", part.read(marks.pages).value)
    return int(found[1]) if found else 0


def _next_key(part: Part, marks: _Landmarks) -> int:
    keys = [int(key) for key, _value in _PAIR.findall(_nums(part, marks))]
    return max(keys, default=-1) + 1


def _nums(part: Part, marks: _Landmarks) -> bytes:
    """Return what stands between the brackets of the parent tree's pairs."""
    value = part.read(marks.parents).value
    return value[value.index(b"[") + 1 : value.rindex(b"]")]


def _graft(
    section: Section, writer: Writer, grafts: _Grafts, onto: _Landmarks, parents: tuple[int, int], keys: int
) -> tuple[int, int]:
    """Write a part's objects under new numbers; return how many pages it has, and the next key of the parent tree."""
    part = Part(section.path)
    own, (top, bookmark) = _landmarks(part), parents
    base = writer.allocate(part.numbers[-1] + 1)

    def moved(number: int) -> int:
        return base + number

    skipped = {own.catalog, own.structure, own.parents, own.outlines, part.root("Info")}
    for number in part.numbers:
        if number in skipped:
            continue
        body = part.read(number)
        value = renumbered(body.value, moved, keys, len(grafts.pages))
        if number == own.pages:
            value = _with(value, b"/Parent %d 0 R" % top)
        elif number == own.document:
            value = _without(value, "P").replace(b"/S /Document", b"/S /Part")
            value = _with(value, b"/P %d 0 R" % onto.document)
        writer.put(moved(number), Body(value, body.stream))
    writer.put(moved(own.parents), Body(_leaf(_nums(part, own), moved, keys)))
    pages, outlines = _pages(part, own), renumbered(part.read(own.outlines).value, moved, 0)
    kids = array(part.read(own.pages).value, "Kids")
    grafts.pages.append(moved(own.pages))
    grafts.elements.append(moved(own.document))
    grafts.leaves.append(moved(own.parents))
    first_page = moved(next(references(b"[" + kids + b"]")))
    grafts.bookmarks.append((moved(own.outlines), section.title, bookmark, outlines, first_page))
    following = keys + _next_key(part, own)
    part.close()
    return pages, following


def _leaf(nums: bytes, moved: Callable[[int], int], keys: int) -> bytes:
    """Return a leaf of the parent tree with its keys moved."""
    pairs = [(int(key) + keys, renumbered(value, moved, 0)) for key, value in _PAIR.findall(nums)]
    body = b" ".join(b"%d %b" % pair for pair in pairs)
    return b"<</Limits [%d %d] /Nums [%b]>>" % (pairs[0][0], pairs[-1][0], body)


def _bookmarks(writer: Writer, grafts: _Grafts, parent: int) -> None:
    """Write a closed bookmark for every part; those of its pages lie below it, as they lay below its own root."""
    numbers = [number for number, *_rest in grafts.bookmarks]
    for place, (number, title, _parent, outlines, page) in enumerate(grafts.bookmarks):
        count = _COUNT.search(outlines)
        closed = b"/Count -%d" % int(count[0].split()[1]) if count else b""
        beside = b""
        if place:
            beside += b" /Prev %d 0 R" % numbers[place - 1]
        if place + 1 < len(numbers):
            beside += b" /Next %d 0 R" % numbers[place + 1]
        value = _with(
            _COUNT.sub(closed, outlines),
            b"/Title %b /Parent %d 0 R /Dest [%d 0 R /Fit]%b" % (_text(title), parent, page, beside),
        )
        writer.put(number, Body(value))


def _crown(
    writer: Writer,
    main: Part,
    marks: _Landmarks,
    grafts: _Grafts,
    bookmark: int,
    new: tuple[int, int],
    pages: tuple[int, int, str],
) -> None:
    """Write the objects of the first file under which the parts now hang."""
    (top, tree), (count, total, label) = new, pages
    catalog = re.sub(rb"/Pages \d+ 0 R", b"/Pages %d 0 R" % top, main.read(marks.catalog).value)
    labels = b"/PageLabels <</Nums [0 <</S /D>> %d <</S /D /P %b>>]>>" % (count, _text(label))
    writer.put(marks.catalog, Body(_with(catalog, labels)))
    writer.put(top, Body(b"<</Type /Pages /Kids [%b] /Count %d>>" % (_listed(grafts.pages), total)))
    writer.put(marks.pages, Body(_with(main.read(marks.pages).value, b"/Parent %d 0 R" % top)))
    structure = main.read(marks.structure).value
    structure = re.sub(rb"/ParentTree \d+ 0 R", b"/ParentTree %d 0 R" % tree, structure)
    writer.put(marks.structure, Body(structure))
    document = main.read(marks.document).value
    kids = array(document, "K")
    whole = document.replace(b"[" + kids + b"]", b"[" + kids + b" " + _listed(grafts.elements) + b"]", 1)
    writer.put(marks.document, Body(whole))
    writer.put(marks.parents, Body(_leaf(_nums(main, marks), lambda number: number, 0)))
    writer.put(tree, Body(b"<</Kids [%b]>>" % _listed(grafts.leaves)))
    below = [number for number, *_rest in grafts.bookmarks]
    value = _COUNT.sub(b"/Count -%d" % len(below), main.read(bookmark).value)
    writer.put(bookmark, Body(_with(value, b"/First %d 0 R /Last %d 0 R" % (below[0], below[-1]))))


def _with(value: bytes, more: bytes) -> bytes:
    """Return a dictionary with more entries."""
    return value[: value.rindex(b">>")] + b" " + more + b">>"


def _without(value: bytes, name: str) -> bytes:
    """Return a dictionary without the reference under a name."""
    return re.sub(rb"/" + name.encode() + rb"\s*\d+ 0 R", b"", value, count=1)


def _listed(numbers: Iterable[int]) -> bytes:
    return b" ".join(b"%d 0 R" % number for number in numbers)


def _text(words: str) -> bytes:
    """Return text as a PDF string that is right for every script."""
    return b"<feff" + words.encode("utf-16-be").hex().encode() + b">"
