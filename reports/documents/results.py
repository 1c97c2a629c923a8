"""What the result pages print about evidence, in the same words as the report."""

from collections.abc import Sequence
from functools import lru_cache

from auditor.explain.evidence import Evidence, GalleryEntry
from reports.documents.formats import percent
from reports.documents.portraits import Portrait, Scales, portrait
from reports.documents.queries import evidence_by_digest, store
from reports.documents.sections.sheet import full, groups

PER_PAGE = 12


def page_of(evidence: Evidence, number: int) -> Sequence[GalleryEntry]:
    """Return the entries of a page of the gallery, counted from 1; empty where there is none."""
    return evidence.gallery.entries[(number - 1) * PER_PAGE : number * PER_PAGE] if number > 0 else ()


def gallery(evidence: Evidence, drawn: Portrait, number: int) -> list[dict[str, object]]:
    """Return the entries of a page with the words of their panels; raises NotFound or Corrupt."""
    classes = evidence.model.spec.output.classes
    return [
        {
            "rule": entry.rule,
            "item": entry.item,
            "score": percent(entry.item.scores[classes.index(entry.item.predicted)]),
            "groups": groups(evidence, entry.item.entry),
            "panels": drawn.panels(entry.item),
        }
        for entry in page_of(evidence, number)
    ]


@lru_cache(maxsize=256)
def scales(digest: str, number: int) -> Scales:
    """Return the scale that the items of a page share, method by method; raises NotFound or Corrupt."""
    evidence = evidence_by_digest(digest)
    return portrait(evidence, store()).scales([entry.item for entry in page_of(evidence, number)])


def scales_in_words(drawn: Portrait, shared: Scales) -> list[tuple[str, str, str]]:
    """Return title, full value and test result of each method."""
    return [
        (drawn.titles[name], full(shared[name]), drawn.tested(name))
        for name in drawn.titles
        if name in shared
    ]
