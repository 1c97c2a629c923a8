"""One tagged table of what is printed over several pages: a reader who hears it is told its headers once."""

from collections.abc import Iterator
from typing import Any

import pydyf  # type: ignore[import-untyped]
from weasyprint import Document


def join_tables(document: Document, pdf: pydyf.PDF) -> None:
    """Move the rows of later pages to the table of the first, in place (ISO 14289-1, 7.5).

    The headers that are repeated for the eye leave the tree of tags; what hangs on no tag is an artifact.
    """
    pieces: dict[Any, list[list[Any]]] = {}
    for box in (box for page in document.pages for box in page._page_box.descendants()):
        if box.element_tag == "table" and box.is_table_wrapper:
            cells = [cell.mark for cell in box.descendants() if hasattr(cell, "mark")]
            if cells:
                pieces.setdefault(box.element, []).append(cells)
    for first, *others in pieces.values():
        for cells in others:
            _continue(pdf, first, cells)


def _continue(pdf: pydyf.PDF, first: list[Any], cells: list[Any]) -> None:
    """Append the table of some cells to that of others, whose headers it repeats."""
    whole, rest = _table(pdf, first[0]), _table(pdf, cells[0])
    heads = [cell for cell in first if _in_head(pdf, cell)]
    repeated = [cell for cell in cells if _in_head(pdf, cell)]
    names = {bytes(again["ID"].data): head["ID"] for head, again in zip(heads, repeated, strict=True)}
    for cell in cells:
        if "Headers" in cell["A"]:
            told = (names.get(bytes(name.data), name) for name in cell["A"]["Headers"])
            cell["A"]["Headers"] = pydyf.Array(told)
    for cell in repeated:
        del cell["ID"]
    for part in _parts(pdf, rest):
        if part["S"] != "/THead":
            part["P"] = whole.reference
            whole["K"].append(part.reference)
    rest["K"].clear()
    _prune(pdf, rest)


def _prune(pdf: pydyf.PDF, element: Any) -> None:
    """Take an element that holds nothing out of the tree, and those around it that then hold nothing."""
    while not element["K"]:
        around = _referenced(pdf, element["P"])
        around["K"].remove(element.reference)
        element = around


def _table(pdf: pydyf.PDF, element: Any) -> Any:
    while element["S"] != "/Table":
        element = _referenced(pdf, element["P"])
    return element


def _in_head(pdf: pydyf.PDF, cell: Any) -> bool:
    return bool(_referenced(pdf, _referenced(pdf, cell["P"])["P"])["S"] == "/THead")


def _parts(pdf: pydyf.PDF, element: Any) -> Iterator[Any]:
    return (_referenced(pdf, reference) for reference in list(element["K"]))


def _referenced(pdf: pydyf.PDF, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]
