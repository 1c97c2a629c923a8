"""The letter as HTML."""

from django.template.loader import render_to_string
from django.utils import translation

from auditor.common.store import Store
from reports.documents.book import Book
from reports.documents.fonts import STACK, covered
from reports.documents.formats import day
from reports.documents.html import Page
from reports.documents.letter.counted import counted, otherwise
from reports.documents.letter.decided import decided, human, rights
from reports.documents.letter.facts import LetterFacts, titles
from reports.documents.letter.sure import sure
from reports.documents.printable import printable


def letter_page(facts: LetterFacts, store: Store) -> Page:
    """Return the letter; raises RetraceError where a map or a picture is missing, LookupError for an unknown item."""
    book = Book(facts.evidence, store)
    with translation.override(facts.language):
        context = {
            "facts": facts,
            "typefaces": STACK,
            "written": day(facts.written_at[:10]),
            "controller": facts.declared("identity", "controller"),
            "missing": titles(facts.missing),
            "sections": (
                decided(facts),
                counted(facts, book),
                otherwise(facts),
                sure(facts),
                human(facts),
                rights(facts),
            ),
        }
        html = render_to_string("documents/letter/letter.html", context)
    return Page(printable(html, covered()), book.assets)
