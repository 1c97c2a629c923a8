"""The gallery: each item as given, and what every method attributes to its parts, page by page."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from auditor.explain.evidence import Gallery
from reports.documents.book import Book
from reports.documents.figures.bar import scale_bar
from reports.documents.figures.overlay import PERCENTILE
from reports.documents.formats import short
from reports.documents.portraits import portrait
from reports.documents.sections.sheet import sheet
from reports.documents.sheets import IN_CHAPTER, layout, sheets

_MOST = 12


def context(book: Book) -> dict[str, object]:
    """Return what the chapter prints; raises RetraceError where an image or a map is missing."""
    gallery, laid = book.evidence.gallery, layout(book.evidence)
    drawn = portrait(book.evidence, book.store, laid.pixels)
    pages = sheets(gallery.entries, laid.items)
    shown = pages[:IN_CHAPTER]
    rules = list(dict.fromkeys(entry.rule for entry in gallery.entries))
    strata = _strata(gallery, rules)
    return {
        "rule": gallery.rule,
        "seed": gallery.seed,
        "scale": drawn.scale,
        "bar": book.asset(scale_bar(), "image/png") if drawn.scale == "colour" else None,
        "percentile": short(PERCENTILE),
        "items": len(gallery.entries),
        "rules": rules,
        "strata": strata[:_MOST],
        "strata_left": max(0, len(strata) - _MOST),
        "sheets": [
            sheet(book, drawn, laid, page, 1 + place * laid.items) for place, page in enumerate(shown)
        ],
        "laid": laid,
        "shown": sum(map(len, shown)),
        "plates": len(pages) - len(shown),
        "later": len(gallery.entries) - sum(map(len, shown)),
        "parts": _parts(gallery, sum(map(len, shown)), laid.items),
    }


def _strata(gallery: Gallery, rules: Sequence[str]) -> list[dict[str, object]]:
    """Return how many items each rule chose, by label and decision, the most frequent combination first."""
    chosen = [(one.item.entry.label, one.item.predicted, str(one.rule)) for one in gallery.entries]
    counts = Counter(chosen)
    pairs = Counter((label, predicted) for label, predicted, _rule in chosen)
    return [
        {
            "label": label,
            "predicted": predicted,
            "right": label == predicted,
            "counts": [counts[label, predicted, rule] for rule in rules],
            "all": total,
        }
        for (label, predicted), total in sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def _parts(gallery: Gallery, before: int, each: int) -> list[dict[str, object]]:
    """Return what lies on the plates, rule by rule; `before` items stand in the chapter, `each` on a plate."""
    later = enumerate(gallery.entries[before:])
    runs = [(rule, [place for place, _e in run]) for rule, run in groupby(later, lambda one: one[1].rule)]
    return [
        {
            "rule": rule,
            "n": len(places),
            "first": before + 1 + places[0],
            "last": before + 1 + places[-1],
            "first_plate": 1 + places[0] // each,
            "last_plate": 1 + places[-1] // each,
        }
        for rule, places in runs
    ]
