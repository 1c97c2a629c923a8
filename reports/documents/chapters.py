"""Chapters of the report that the web shows as well: the same sections and templates, so each number stands once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from reports.documents.book import Book
from reports.documents.html import Page
from reports.documents.kinds import WORDS
from reports.documents.queries import evidence_by_digest, store
from reports.documents.sections import (
    importance,
    logic,
    material,
    otherwise,
    performance,
    robustness,
    shortcuts,
    trust,
    whole,
)

FIGURES = "figures/"  # relative to the address of the chapter


@dataclass(frozen=True)
class Chapter:
    """One page of results: its title, the templates that print it, and the sections that fill them."""

    title: Promise
    templates: tuple[str, ...]
    sections: Mapping[str, Callable[[Book], dict[str, Any]]]


CHAPTERS: Mapping[str, Chapter] = {
    "material": Chapter(_("Model and set"), ("model", "set"), {"material": material.context}),
    "performance": Chapter(_("Performance"), ("performance",), {"performance": performance.context}),
    "trust": Chapter(_("Trust"), ("trusted",), {"trust": trust.context}),
    "parts": Chapter(
        _("What matters"), ("importance",), {"importance": importance.context, "whole": whole.context}
    ),
    "shortcuts": Chapter(_("Shortcuts"), ("shortcuts",), {"shortcuts": shortcuts.context}),
    "robustness": Chapter(_("Robustness"), ("robustness",), {"robustness": robustness.context}),
    "otherwise": Chapter(_("Other outcomes"), ("otherwise",), {"otherwise": otherwise.context}),
    "logic": Chapter(
        _("The logic"), ("surrogate", "space"), {"logic": logic.context, "whole": whole.context}
    ),
    "methods": Chapter(_("Methods"), ("methods",), {"logic": logic.context}),
}


@lru_cache(maxsize=64)
def chapter(digest: str, name: str, language: str) -> Page:
    """Return a chapter about stored evidence in a language; raises KeyError for a name that no chapter has.

    Its figures have addresses relative to its own. Raises NotFound or Corrupt where the evidence is.
    """
    found, evidence = CHAPTERS[name], evidence_by_digest(digest)
    book = Book(evidence, store(), FIGURES)
    with override(language):
        context: dict[str, Any] = {"evidence": evidence, "words": WORDS[evidence.model.spec.input.kind]}
        context |= {key: section(book) for key, section in found.sections.items()}
        html = "".join(render_to_string(f"documents/report/{one}.html", context) for one in found.templates)
    return Page(html, book.assets)
