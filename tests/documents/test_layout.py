"""Pages bear extremes: nothing is cut off or printed over something else, and the summary takes one page."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest

from auditor.common.store import Store
from reports.documents.html import Page, page
from reports.documents.printing import drawn
from reports.documents.render import render
from tests.documents import boxes, extremes

SECTION = re.compile(r'(<body>).*?(<section[^>]* id="summary">.*?</section>).*(</body>)', re.DOTALL)


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Store:
    return Store(tmp_path_factory.mktemp("store"))


@pytest.mark.parametrize("name", ["declared", "crowded", "wide"])
def test_nothing_is_cut_off_or_printed_over_something_else(name, store, tmp_path):
    pdf = tmp_path / "report.pdf"
    pdf.write_bytes(render(getattr(extremes, name)(store), store))
    found = boxes.words(pdf)
    assert len(found) > 30
    assert any(word.text == "Contents" for word in found[1])  # the cover takes one page
    assert boxes.outside(found) == []
    assert boxes.overprinted(found) == []


def summary(snapshot, store, tmp_path) -> str:
    """Return the text of the one page that the summary alone takes."""
    made = page(snapshot, store)
    html, changed = SECTION.subn(r"\1\2\3", made.html)
    assert changed == 1
    pdf = tmp_path / "summary.pdf"
    pdf.write_bytes(drawn(Page(html, made.assets), datetime(2026, 11, 24, tzinfo=UTC)))
    (found,) = boxes.words(pdf)
    return unescape(" ".join(word.text for word in found))


@pytest.mark.parametrize("count", [0, 1, 40])
def test_the_summary_takes_one_page_with_any_number_of_findings(count, store, tmp_path):
    text = summary(extremes.with_findings(store, count), store, tmp_path)
    assert "Conclusion of the officer" in text
    assert ("No rule of this plan fired" in text) == (count == 0)
    assert ("more findings are in the chapter" in text) == (count == 40)


@pytest.mark.parametrize("name", ["declared", "crowded", "wide"])
def test_the_summary_takes_one_page_with_long_names_and_statements(name, store, tmp_path):
    text = summary(getattr(extremes, name)(store), store, tmp_path)
    assert "May not be told" in text
    assert ("Signed off by Ada Lovelace" in text) == (name == "declared")
