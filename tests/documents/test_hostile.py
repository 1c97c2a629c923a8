"""What people write is printed as they wrote it, whatever it is: nothing is interpreted, fetched or out of place."""

import re
import subprocess
import time
import unicodedata

import pytest

from auditor.common.errors import Refused
from auditor.common.store import Store
from reports.documents.declared.fields import FIELDS
from reports.documents.fonts import FACES, characters, covered, needed
from reports.documents.html import page
from reports.documents.printable import isolated, printable, visible
from reports.documents.printing import Packaged
from reports.documents.render import render
from reports.documents.snapshot import Declaration
from reports.documents.templatetags.report import plain, whole
from tests.documents import boxes, factory, graph_factory, table_factory

MARKUP = (
    '<img src="file:///etc/passwd"><script>x()</script></td></table>'
    "<style>*{display:none}</style>&lt;b&gt;{% x %}{{ y }}"
)
ADDRESSES = (
    "url(http://example.org/a.png) @import 'https://example.org/b.css'; data:text/html;base64,PGI+ ftp://x/y"
)
HEBREW, ARABIC = "שלום עולם", "مرحبا بالعالم"
MARKS = "Z" + "\u0351\u036b\u0343\u036a\u0302\u036b" * 20 + "algo e\u0301 a\u0308"
EMOJI = "👩‍⚕️ 👩🏽‍🔬 🏳️‍🌈 🇩🇪 1️⃣ 🫁"
CONTROLS = "a\0b\x07c\x1bd\x7fe\u202ef\u2066g\ufeffh\u2028i\u200bj"
TEXTS = {
    "markup": MARKUP,
    "addresses": ADDRESSES,
    "to the left": f"{HEBREW} (3) {ARABIC} 123, a",
    "one word": "W" * 10_000,
    "many words": "word " * 2_000,
    "emoji": EMOJI,
    "marks": MARKS,
    "controls": CONTROLS,
    "other scripts": "中文 日本語 한국어 हिन्दी ไทย",
    "maths": "$\\frac{1}{2}$ ∑ √ ≠ 𝛼",
    "nothing": "",
}
WIDTH, HEIGHT = 595.28, 841.89


class Watched(Packaged):
    """The fetcher of reports, noting what it is asked for."""

    asked: list[str] = []

    def fetch(self, url, headers=None):
        self.asked.append(url)
        return super().fetch(url, headers)


def hostile(store: Store, texts: list[str]):
    """Return a snapshot in which everything that people name and declare is one of some texts."""
    take = iter(texts * 100)
    honest = factory.evidence(store, marker=True)
    entry = honest.gallery.entries[0]
    named = entry.item.entry.model_copy(update={"id": next(take) or "x", "label": next(take) or "x"})
    item = entry.item.model_copy(update={"entry": named})
    document = honest.model_copy(
        update={
            "model": honest.model.model_copy(
                update={
                    "spec": factory.spec(name=(next(take) or "x")[:200], version="1", description=next(take))
                }
            ),
            "validation_set": honest.validation_set.model_copy(
                update={
                    "name": next(take),
                    "description": next(take),
                    "labels": {next(take): 60, "lesion": 60},
                }
            ),
            "gallery": honest.gallery.model_copy(
                update={"entries": (entry.model_copy(update={"item": item}),)}
            ),
        }
    )
    declarations = tuple(
        Declaration(
            section=field.section, field=name, text=next(take), by=next(take), when="2026-11-24T01:00:00Z"
        )
        for field in FIELDS
        for name in (field.name, str(field.title))
    )
    return factory.snapshot(document, declarations=declarations)


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """Render a report full of everything but the very long texts; return its HTML, its file and what was fetched."""
    folder = tmp_path_factory.mktemp("hostile")
    store = Store(folder / "store")
    snapshot = hostile(store, [text for text in TEXTS.values() if len(text) < 1_000])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reports.documents.printing.Packaged", Watched)
        (folder / "report.pdf").write_bytes(render(snapshot, store))
    return page(snapshot, store).html, folder / "report.pdf"


def words(path) -> list[tuple[int, float, float, float, float, str]]:
    """Return every printed word with its page and box: left, top, right, bottom in points."""
    said = subprocess.run(["pdftotext", "-bbox", path, "-"], capture_output=True, check=True).stdout.decode()
    found, page_number = [], 0
    for line in said.splitlines():
        page_number += "<page " in line
        if match := re.search(r'xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*)</word>', line):
            left, top, right, bottom = (float(match[place]) for place in range(1, 5))
            found.append((page_number, left, top, right, bottom, match[5]))
    return found


def in_place(path) -> None:
    """Assert that no word lies beyond the margins of its page."""
    pages = boxes.words(path)
    found = words(path)
    assert len(found) > 1_000
    for word in found:
        number, left, top, right, bottom, _text = word
        margin = boxes.margin(pages[number - 1])
        assert left >= margin - 1, word
        assert right <= WIDTH - margin + 1.5, word
        assert top >= 30, word
        assert bottom <= HEIGHT - 25, word


def text_of(path) -> str:
    said = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, check=True).stdout.decode()
    return re.sub(r"[\s\u200b\u2066-\u2069\u200e\u200f\u202a-\u202e]", "", said)


def test_nothing_is_interpreted(printed):
    html, _ = printed
    assert not re.search("<(script|img src=.file)", html)
    assert html.count("&lt;script&gt;x()&lt;/script&gt;") > 5
    assert html.count("<style>") == 1


def test_nothing_is_fetched_but_what_is_ours(printed):
    assert Watched.asked
    assert all(url.startswith("retrace:") for url in Watched.asked)


def test_it_is_printed_as_text(printed):
    said = text_of(printed[1])
    for text in (MARKUP, ADDRESSES, TEXTS["maths"]):
        assert re.sub(r"\s", "", text) in said, text
    assert "a�b�c�d�e�f�g�h�i�j" in said
    assert "[U+4E2D][U+6587]" in said
    assert "algoéä" in said


def test_right_to_left_writing_is_printed_and_moves_nothing_around_it(printed):
    letters = text_of(printed[1])
    assert set(HEBREW + ARABIC) - {" "} <= set(letters)
    heads = [
        word for word in words(printed[1]) if word[-1] == "Ledger"
    ]  # they begin rows; prose has it in lower case
    assert heads
    for number, left, top, *_ in heads:
        assert left < WIDTH / 2, (number, top)


def test_no_text_lies_beyond_the_margins(printed):
    in_place(printed[1])


@pytest.mark.parametrize("name", ["one word", "many words"])
def test_ten_thousand_characters_are_printed_whole(name, tmp_path):
    store = Store(tmp_path / "store")
    once = Declaration(
        section="purpose", field="Intended use", text=TEXTS[name], by="A. Officer", when="2026-11-24"
    )
    named = [once, once.model_copy(update={"field": "intended_use"})]
    began = time.process_time()
    (tmp_path / "report.pdf").write_bytes(
        render(factory.snapshot(factory.evidence(store, marker=True), declarations=tuple(named)), store)
    )
    assert time.process_time() - began < 60
    in_place(tmp_path / "report.pdf")
    said = text_of(tmp_path / "report.pdf")
    assert len(re.findall("W", said)) >= 10_000 if name == "one word" else said.count("word") >= 2_000
    assert "whole in the evidence" not in said


@pytest.mark.parametrize(
    "text", [TEXTS["controls"], MARKS, EMOJI, TEXTS["to the left"], TEXTS["other scripts"]]
)
def test_charts_print_names_of_all_kinds(text, tmp_path):
    store = Store(tmp_path)
    item = table_factory.item(store)
    said = table_factory.evidence(store, item, titles=(text, "$x$", "b"))
    assert render(factory.snapshot(said), store).startswith(b"%PDF")


def test_graphs_with_kinds_of_all_names_are_drawn(tmp_path):
    store = Store(tmp_path)
    one = graph_factory.item(store, graph_factory.graph())
    entry = one.entry.model_copy(update={"id": MARKUP, "label": TEXTS["to the left"]})
    said = graph_factory.evidence(store, one.model_copy(update={"entry": entry}))
    assert render(factory.snapshot(said), store).startswith(b"%PDF")


def test_half_a_surrogate_pair_is_refused_before_it_is_kept():
    written = rb'{"section": "purpose", "field": "x", "text": "a \ud800 b", "by": "a", "when": "b"}'
    with pytest.raises(Refused, match=r"a declaration: invalid JSON: .* hex escape"):
        Declaration.parse(written, name="a declaration")
    with pytest.raises(ValueError, match="surrogate"):
        Declaration(section="purpose", field="x", text="\ud800", by="a", when="b").to_bytes()
    assert printable("a\ud800b", covered()) == "a[U+D800]b"


def test_every_character_that_the_typefaces_have_is_printed_by_one_of_them(tmp_path):
    store = Store(tmp_path)
    kept = [chr(point) for point in sorted(covered()) if visible(chr(point)) == chr(point)]
    text = "".join(letter for letter in kept if not unicodedata.combining(letter) and letter.isprintable())
    assert len(text) > 6_000
    assert printable(text, covered()) == unicodedata.normalize("NFC", text)
    assert {face.family for face in needed(text)} >= {face.family for face in FACES}
    said = Declaration(section="purpose", field="Intended use", text=text, by="A", when="2026-11-24")
    both = (said, said.model_copy(update={"field": "intended_use"}))
    assert render(factory.snapshot(factory.evidence(store), declarations=both), store).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("中a", "[U+4E2D]a"),
        ("e\u0301", "é"),
        ("a\u3000b", "a b"),
        ("\ue000", "[U+E000]"),
        ("\U000f0000", "[U+F0000]"),
        ("a\0b", "a\ufffdb"),
        ("✓ → 🫁", "✓ → 🫁"),
    ],
)
def test_what_no_typeface_has_is_an_escape(text, expected):
    assert printable(text, covered()) == expected


def test_marks_beyond_the_third_are_escapes():
    assert (
        printable("x" + "\u0301" * 5, characters(FACES[0]) | {0x301}) == "x\u0301\u0301\u0301[U+0301][U+0301]"
    )


def test_joiners_stay_in_emoji_and_arabic_words_alone():
    assert visible("👩\u200d⚕️") == "👩\u200d⚕️"
    assert visible("می\u200cخواهم") == "می\u200cخواهم"
    assert visible("ad\u200dmin") == "ad\ufffdmin"


def test_text_to_the_left_is_isolated_and_other_text_is_not():
    assert isolated("abc") == "abc"
    assert isolated("a שלום") == "\u2068a שלום\u2069"
    assert plain("\u2069שלום\u2068") == "\u2068\ufffdשלום\ufffd\u2069"


def test_a_cut_says_how_much_is_missing():
    assert plain("x" * 301) == "x" * 300 + "… [1 more character; whole in the evidence]"
    assert plain("x" * 310).endswith("[10 more characters; whole in the evidence]")
    assert whole("x" * 10_000) == "x" * 10_000
