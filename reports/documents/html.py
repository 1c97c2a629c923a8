"""The report as HTML: templates filled by the sections, and the assets that it asks for."""

from collections.abc import Mapping
from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils import translation

from auditor.common.store import Store
from reports.documents.book import Asset, ReportBook
from reports.documents.fonts import STACK, covered
from reports.documents.kinds import WORDS
from reports.documents.printable import printable
from reports.documents.sections import (
    asked,
    change,
    declarations,
    findings,
    gallery,
    glossary,
    identity,
    importance,
    limits,
    logic,
    material,
    otherwise,
    performance,
    robustness,
    shortcuts,
    summary,
    trust,
    whole,
)
from reports.documents.sections.outline import outline
from reports.documents.sections.usage import in_use
from reports.documents.snapshot import Snapshot

_SECTIONS = (
    identity,
    summary,
    material,
    performance,
    gallery,
    otherwise,
    trust,
    importance,
    whole,
    logic,
    shortcuts,
    robustness,
    findings,
    change,
    limits,
    glossary,
    asked,
)


class Page(NamedTuple):
    """A document in HTML and everything that it may load, by address."""

    html: str
    assets: Mapping[str, Asset]


def page(snapshot: Snapshot, store: Store, *, preview: bool = False) -> Page:
    """Return the whole report, marked on every page where it is a preview that nobody issued.

    Raises RetraceError where an array or an image is missing or damaged.
    """
    book = ReportBook(snapshot.evidence, store, snapshot=snapshot)
    with translation.override(snapshot.language):
        context: dict[str, object] = {
            "snapshot": snapshot,
            "preview": preview,
            "evidence": snapshot.evidence,
            "typefaces": STACK,
            "words": WORDS[snapshot.evidence.model.spec.input.kind],
            "contents": outline(snapshot.evidence),
            "declared": declarations.context(book),
            "usage": in_use(book),
        }
        for section in _SECTIONS:
            context[section.__name__.rpartition(".")[2]] = section.context(book)
        html = render_to_string("documents/report/report.html", context)
    return Page(printable(html, covered()), book.assets)
