"""Every chapter is there with its article, and what it prints can be read without seeing it."""

import re
from html.parser import HTMLParser

import pytest
from django.utils.translation import override

from auditor.common.store import Store
from reports.documents.html import page
from reports.documents.sections import glossary, metrics, trust
from reports.documents.sections.outline import outline
from tests import words
from tests.documents import extremes, factory, trust_factory

CHAPTERS = (
    "summary", "identity", "purpose", "model", "set", "performance", "gallery", "trusted", "logic", "shortcuts",
    "robustness", "findings", "rights", "record", "change", "limits", "methods", "glossary", "verify", "asked",
)  # fmt: skip
PLAIN = {
    "agreement", "alike", "all", "another", "answer", "cells", "certain", "chance", "change", "changed", "chapter",
    "chosen", "column", "decisions", "difference", "disagree", "else", "error", "everything", "fact", "for",
    "important", "instead", "items", "largest", "least", "line", "mean", "measure", "methods", "model's", "moves",
    "not", "numbers", "observed", "only", "others", "outcome", "page", "part", "plates", "probabilities", "property",
    "question", "rule", "says", "share", "state", "strongest", "subject", "tested", "then", "this", "typical",
    "unimportant", "was", "what", "with", "worst",
}  # fmt: skip


class Reader(HTMLParser):
    """What a screen reader would meet: headings, tables with their captions and headers, pictures."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.bare: list[str] = []
        self.unscoped = 0
        self.empty = 0
        self.alts: list[str] = []
        self.headers: list[str] = []
        self._introduced = False
        self._table = 0
        self._text: list[str] | None = None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
            self._introduced = True
        if tag == "caption":
            self._introduced = True
        if tag == "table":
            self._table += 1
        if tag == "thead" and not self._introduced and "hidden" not in given:
            self.bare.append(f"table {self._table}")
        if tag == "th":
            self.unscoped += "scope" not in given
            self._text = []
        if tag == "img":
            self.alts.append(given.get("alt", ""))

    def handle_endtag(self, tag):
        if tag == "table":
            self._introduced = False
        if tag == "th" and self._text is not None:
            said = " ".join("".join(self._text).split())
            self.empty += not said
            self.headers.append(said)
            self._text = None

    def handle_data(self, data):
        if self._text is not None:
            self._text.append(data)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("store"))
    small = factory.snapshot(factory.evidence(store, trust=trust_factory.trust()))
    return {name: page(snapshot, store).html for name, snapshot in (
        ("small", small), ("declared", extremes.declared(store)), ("crowded", extremes.crowded(store)),
        ("wide", extremes.wide(store)),
    )}  # fmt: skip


@pytest.mark.parametrize("name", ["small", "declared", "crowded", "wide"])
def test_every_chapter_is_there_in_its_order_with_its_article(made, name):
    html = made[name]
    places = [html.index(f'id="{chapter}"') for chapter in CHAPTERS]
    assert places == sorted(places)
    for chapter in CHAPTERS:
        section = html[html.index(f'id="{chapter}"') :].partition("</section>")[0]
        hook = re.search(r'<p class="hook">(.*?)</p>', section)
        assert hook, chapter
        assert re.search(r"Art\.|Recital", hook[1]), chapter


def test_the_contents_name_what_is_there(made, tmp_path):
    store = Store(tmp_path)
    entries = outline(extremes.wide(store).evidence)
    assert [entry.anchor for entry in entries if entry.kind in ("chapter", "annex")] == list(CHAPTERS)
    for entry in entries:
        after = made["wide"].split(f'id="{entry.anchor}"')[1]
        heading = re.search(r"<h[23]>(.*?)</h[23]>", after)
        assert heading[1] == entry.title.replace("'", "&#x27;")


@pytest.mark.parametrize("name", ["small", "declared", "crowded", "wide"])
def test_tables_are_introduced_cells_have_headers_and_pictures_have_words(made, name):
    read = Reader(made[name])
    assert read.bare == []
    assert read.unscoped == 0
    assert read.empty == 0
    assert read.alts
    assert all(len(alt) > 20 for alt in read.alts)
    assert read.levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in zip(read.levels, read.levels[1:], strict=False))


def explained() -> str:
    return " ".join(f"{term}" for term, _meaning in glossary.TERMS).casefold()


def test_every_technical_term_of_titles_and_tables_is_in_the_glossary(made):
    known = set(re.findall(r"[\w'²-]+", explained())) | PLAIN
    titles = [
        str(title) for title in (*metrics.NAMES.values(), *trust.NAMES.values(), *trust.ASPECTS.values())
    ]
    for html in made.values():
        body = re.sub(r"<section[^>]*id=\"(?:glossary|purpose|identity|verify|model|set|rights|risks).*?</section>", "",
                      html, flags=re.DOTALL)  # fmt: skip
        body = re.sub(r'<div class="declared">.*?</div>', "", body, flags=re.DOTALL)
        heads = re.findall(r"<thead[^>]*>(.*?)</thead>", body, re.DOTALL)
        titles += [
            re.sub("<[^>]+>", " ", cell)
            for head in heads
            for cell in re.findall(r"<th[^>]*>(.*?)</th>", head)
        ]
    own = [title for _name, title in (*factory.METHODS, *((name, name) for name in extremes.MANY))]
    missing = set()
    for title in titles:
        if (
            title in own
            or title in dict(factory.METHODS)
            or extremes.LONG[:20] in title
            or title in factory.CLASSES
        ):
            continue
        missing |= {word for word in re.findall(r"[a-z][\w'²-]{2,}", title.casefold()) if word not in known}
    assert sorted(missing) == []


@pytest.mark.parametrize("name", ["small", "declared", "crowded", "wide"])
def test_no_page_makes_a_claim(made, name):
    text = re.sub(r"<style.*?</style>|<[^>]+>", " ", made[name], flags=re.DOTALL)
    assert words.claims(text, "en") == []


@pytest.mark.parametrize("language", ["de", "fr"])
def test_numbers_and_dates_are_written_as_the_language_writes_them(language, tmp_path):
    store = Store(tmp_path)
    with override("en"):
        html = page(factory.snapshot(factory.evidence(store), language=language), store).html
    assert "92,5\u00a0%" in html
    text = re.sub(r"<style.*?</style>|<pre>.*?</pre>|<[^>]+>", " ", html, flags=re.DOTALL)
    assert not re.search(r"\d\.\d+\u00a0%", text)
    assert {"de": "November", "fr": "novembre"}[language] in html
