"""One page of the gallery: some items, and for each method one scale that they share."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from auditor.explain.evidence import Evidence, GalleryEntry, ItemRecord
from auditor.explain.spec import ItemEntry
from reports.documents.book import Book
from reports.documents.columns import columns, fitted
from reports.documents.figures.bar import scale_bar
from reports.documents.fonts import covered
from reports.documents.formats import percent, short
from reports.documents.portraits import Panel, Portrait, Scales
from reports.documents.printable import isolated, printable, visible
from reports.documents.sections.robustness import flips
from reports.documents.sheets import CAPTION_SIZE, HEAD_SIZE, SCALE_SIZE, Layout, sheets

_CHANGES = 3
_ID, _CLASS, _GROUPS = 40.0, 26.0, 64.0  # millimetres


def sheet(
    book: Book, drawn: Portrait, laid: Layout, entries: Sequence[GalleryEntry], first: int
) -> dict[str, object]:
    """Return what one page prints; `first` is the place of its first item in the gallery, from 1.

    Raises RetraceError where an image or a map is missing.
    """
    scales = drawn.scales([entry.item for entry in entries])
    return {
        "first": first,
        "last": first + len(entries) - 1,
        "laid": laid,
        "kind": drawn.scale,
        "bar": book.asset(scale_bar(), "image/png") if drawn.scale == "colour" else None,
        "scales": _scales(drawn, laid, scales),
        "entries": [
            _entry(book, entry, first + place) | {"rows": _rows(book, drawn, laid, entry.item, scales)}
            for place, entry in enumerate(entries)
        ],
    }


def groups(evidence: Evidence, entry: ItemEntry) -> list[str]:
    """Return the groups that may be printed beside an item: none that is withheld, alone or together with another.

    What performance does not print by group or by two groups would here point at few persons.
    """
    known = {(one.column, one.value) for one in evidence.performance.groups if not one.suppressed}
    together = {
        frozenset(zip(one.columns, one.values, strict=True)) for one in evidence.performance.intersections
    }
    shown: list[tuple[str, str]] = []
    for pair in sorted(entry.groups.items()):
        if pair in known and all(frozenset((pair, other)) in together for other in shown):
            shown.append(pair)
    return [f"{column} {value}" for column, value in shown]


def _scales(drawn: Portrait, laid: Layout, scales: Scales) -> list[dict[str, object]]:
    """Return the scales row by row: titles above, values and test results below their bars."""
    known = [
        {"title": drawn.titles[name], "tested": drawn.tested(name), "full": full(scales[name])}
        for name in drawn.titles
        if name in scales
    ]
    before: list[list[str]] = [[]] * laid.head_before
    return [
        {
            "known": row,
            "titles": _heads(laid, [*before, *([str(one["title"])] for one in row)]),
            "values": _heads(laid, [*before, *([f"{one['full']} {one['tested']}"] for one in row)]),
        }
        for row in sheets(known, laid.head_across)
    ]


def _heads(laid: Layout, texts: Sequence[Sequence[str]]) -> str:
    return columns(texts, laid.head_width, SCALE_SIZE, 1, laid.head_column)


def _entry(book: Book, entry: GalleryEntry, number: int) -> dict[str, object]:
    item = entry.item
    classes = book.evidence.model.spec.output.classes
    return {
        "number": number,
        "rule": entry.rule,
        "id": _name(item.entry.id, _ID),
        "label": _name(item.entry.label, _CLASS),
        "predicted": _name(item.predicted, _CLASS),
        "target": "" if item.target == item.predicted else _name(item.target, _CLASS),
        "right": item.predicted == item.entry.label,
        "score": percent(item.scores[classes.index(item.predicted)]),
        "groups": _name(", ".join(groups(book.evidence, item.entry)), _GROUPS),
        "flips": _few(flips(book.evidence, item)),
    }


def _rows(
    book: Book, drawn: Portrait, laid: Layout, item: ItemRecord, scales: Scales
) -> list[dict[str, object]]:
    """Return the panels of an item, row by row, with the lines below them."""
    return [
        {
            "pictures": [
                {"url": book.keep(drawn.draw(item, panel.key, scales)), "alt": _said(panel)} for panel in row
            ],
            "lines": columns(
                [_below(panel, drawn.sign(panel.key)) for panel in row],
                laid.width,
                CAPTION_SIZE,
                laid.lines,
                laid.column,
            ),
        }
        for row in sheets(drawn.panels(item), laid.across)
    ]


def _said(panel: Panel) -> str:
    """Return everything that stands below a picture together with what it shows, for those who do not see it."""
    return "; ".join(one for one in (panel.alt, panel.tested, *panel.notes[1:]) if one)


def _below(panel: Panel, sign: str) -> list[str]:
    """Return the pieces of a caption: sign and title, what the map reaches from and to, what it says of itself."""
    title = " ".join(one for one in (sign, panel.title) if one)
    first, *others = panel.notes or ("",)
    return [one for one in (title, first, "; ".join(others)) if one]


def _name(text: str, width: float) -> str:
    """Return a name of any origin as far as there is room for it in a line."""
    return isolated(fitted(printable(visible(text), covered()), width, HEAD_SIZE))


def _few(said: list[str] | None) -> list[str] | None:
    """Return as much as one line has room for, and how much more there is."""
    if said is None or len(said) <= _CHANGES:
        return said
    return [*said[:_CHANGES], _("%(n)d more") % {"n": len(said) - _CHANGES}]


def full(scale: float) -> str:
    """Return what full colour stands for, in words."""
    return f"±{short(scale, 2)}" if scale else _("no contribution")
