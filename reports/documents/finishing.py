"""What a PDF needs for PDF/A-3a and PDF/UA-1 together and WeasyPrint leaves out, before it is written."""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pydyf  # type: ignore[import-untyped]
from weasyprint import Document

from reports.documents.tables import join_tables

_PX = 0.75  # points
_DECLARED = files(__package__).joinpath("pdfua.xml").read_bytes()


def finish(document: Document, pdf: pydyf.PDF) -> None:
    """Complete a PDF in place; equal documents get equal bytes."""
    _declare(pdf)
    _name_links(document)
    _scope_headers(document)
    join_tables(document, pdf)
    _index_headers(pdf)
    _list_attachments_once(pdf)
    finish_part(document, pdf)


def finish_part(_document: Document, pdf: pydyf.PDF) -> None:
    """Complete pages without links, tables and attachments that will be joined to others, in place."""
    _set_margins_apart(pdf)
    _place_figures(pdf)
    _keep_pixels(pdf)


def _declare(pdf: pydyf.PDF) -> None:
    """Declare PDF/UA-1 (ISO 14289-1, 5) with the extension schema that PDF/A asks for (ISO 19005-3, 6.6.2.3)."""
    metadata = _referenced(pdf, pdf.catalog["Metadata"])
    metadata.stream = [
        part.replace(b"</rdf:RDF>", _DECLARED + b"</rdf:RDF>") if isinstance(part, bytes) else part
        for part in metadata.stream
    ]


def _set_margins_apart(pdf: pydyf.PDF) -> None:
    """Make running heads and page numbers pagination artifacts (ISO 14289-1, 7.8); they hang on no tag."""
    reached = set(_reached(pdf))
    parents = _referenced(pdf, _root(pdf)["ParentTree"])["Nums"]
    for number, page in enumerate(_pages(pdf)):
        elements = parents[2 * number + 1]
        apart = {mark for mark, element in enumerate(elements) if element not in reached}
        drawn = _referenced(pdf, page["Contents"]).stream
        for place, part in enumerate(drawn):
            if isinstance(part, dict) and part.get("MCID") in apart:
                drawn[place - 1 : place + 1] = "/Artifact", pydyf.Dictionary({"Type": "/Pagination"})
        for mark in apart:
            elements[mark] = "null"
    for element in _elements(pdf):
        if element.reference not in reached:
            element.clear()


def _name_links(document: Document) -> None:
    """Describe links by their words (ISO 14289-1, 7.18.5)."""
    for box in _boxes(document):
        if getattr(box, "link_annotation", None):
            box.link_annotation["Contents"] = pydyf.String(" ".join("".join(box.element.itertext()).split()))


def _scope_headers(document: Document) -> None:
    """Say of header cells what they head (ISO 14289-1, 7.5)."""
    for box in _boxes(document):
        if box.element_tag == "th" and hasattr(box, "mark"):
            across = box.element.get("scope", "").startswith("row")
            box.mark["A"]["Scope"] = "/Row" if across else "/Column"


def _index_headers(pdf: pydyf.PDF) -> None:
    """List the elements that have an identifier (ISO 32000-1, 14.7.2, IDTree)."""
    known = sorted((bytes(one["ID"].data), one) for one in _elements(pdf) if "ID" in one)
    if known:
        names = pydyf.Array(part for _, one in known for part in (one["ID"], one.reference))
        limits = pydyf.Array([known[0][1]["ID"], known[-1][1]["ID"]])
        leaf = pydyf.Dictionary({"Limits": limits, "Names": names})
        pdf.add_object(leaf)
        _root(pdf)["IDTree"] = pydyf.Dictionary({"Kids": pydyf.Array([leaf.reference])})


def _place_figures(pdf: pydyf.PDF) -> None:
    """Give the boxes of figures in points from the bottom of the page, as ISO 32000-1, 14.8.5.4.3 counts."""
    for element in _elements(pdf):
        if element["S"] == "/Figure":
            left, top, right, bottom = element["A"]["BBox"]
            height = _referenced(pdf, element["Pg"])["MediaBox"][3]
            places = left * _PX, height - bottom * _PX, right * _PX, height - top * _PX
            element["A"]["BBox"] = pydyf.Array(places)


def _keep_pixels(pdf: pydyf.PDF) -> None:
    """Show pictures as they are, without values in between (ISO 19005-3, 6.2.8, Interpolate)."""
    for one in pdf.objects:
        if isinstance(one, pydyf.Stream) and one.extra.get("Interpolate") == "true":
            one.extra["Interpolate"] = "false"


def _list_attachments_once(pdf: pydyf.PDF) -> None:
    """Name each attachment once among the document's associated files (ISO 19005-3, 6.8)."""
    if "AF" in pdf.catalog:  # a letter has none
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))


def _root(pdf: pydyf.PDF) -> Any:
    return _referenced(pdf, pdf.catalog["StructTreeRoot"])


def _reached(pdf: pydyf.PDF) -> Iterator[bytes]:
    """Yield the references of the elements that the tree of tags leads to."""
    waiting = list(_root(pdf)["K"])
    while waiting:
        reference = waiting.pop()
        if isinstance(reference, bytes):
            yield reference
            waiting.extend(_referenced(pdf, reference).get("K", ()))


def _elements(pdf: pydyf.PDF) -> Iterator[Any]:
    return (one for one in pdf.objects if isinstance(one, dict) and one.get("Type") == "/StructElem")


def _pages(pdf: pydyf.PDF) -> Iterator[Any]:
    return (_referenced(pdf, reference) for reference in pdf.page_references)


def _boxes(document: Document) -> Iterator[Any]:
    return (box for page in document.pages for box in page._page_box.descendants())


def _referenced(pdf: pydyf.PDF, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]
