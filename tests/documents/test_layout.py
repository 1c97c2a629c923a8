"""Pages bear extremes: nothing is cut off or printed over something else, and the summary takes one page."""

import re

import pytest
from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration

from auditor.common.store import Store
from reports.documents.book import SCHEME
from reports.documents.html import page
from reports.documents.printing import Packaged
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
    assert boxes.outside(found) == []
    assert boxes.overprinted(found) == []


def summary(snapshot, store) -> list[str]:
    """Return the text of the pages that the summary alone takes."""
    made = page(snapshot, store)
    html, changed = SECTION.subn(r"\1\2\3", made.html)
    assert changed == 1
    drawn = HTML(string=html, base_url=f"{SCHEME}:report", url_fetcher=Packaged(made.assets)).render(
        font_config=FontConfiguration()
    )
    return [" ".join(_texts(one._page_box)) for one in drawn.pages]


def _texts(box) -> list[str]:
    return [one.text for one in box.descendants() if hasattr(one, "text")]


@pytest.mark.parametrize("count", [0, 1, 40])
def test_the_summary_takes_one_page_with_any_number_of_findings(count, store):
    (text,) = summary(extremes.with_findings(store, count), store)
    assert "Conclusion of the officer" in text
    assert ("No rule of this plan fired" in text) == (count == 0)
    assert ("more findings are in the chapter" in text) == (count == 40)


@pytest.mark.parametrize("name", ["declared", "crowded", "wide"])
def test_the_summary_takes_one_page_with_long_names_and_statements(name, store):
    (text,) = summary(getattr(extremes, name)(store), store)
    assert "May not be told" in text
    assert ("Signed off by Ada Lovelace" in text) == (name == "declared")
