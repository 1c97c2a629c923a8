"""The PDF: equal bytes on two machines, text as text, tagged, nothing fetched, no promises."""

import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfReader
from weasyprint.urls import FatalURLFetchingError

from auditor.common.digest import sha256
from auditor.common.errors import RetraceError
from auditor.common.store import Store
from reports.documents.book import Asset
from reports.documents.fonts import FACES, MONO, truetype
from reports.documents.html import page
from reports.documents.printing import Packaged
from reports.documents.render import render
from tests import words
from tests.documents import factory

ROOT = Path(__file__).parents[2]


FONTS = '<?xml version="1.0"?><fontconfig>{}</fontconfig>'


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """Render on two machines that differ in all that should not matter; return both files."""
    folder = tmp_path_factory.mktemp("rendered")
    (folder / "bare.conf").write_text(FONTS.format(""))
    (folder / "rich.conf").write_text(FONTS.format(f"<dir>{impostors(folder / 'fonts')}</dir>"))
    locales = {name: locale(folder / "locales", name) for name in ("de_DE", "tr_TR")}
    machines = {
        "one": {"PYTHONHASHSEED": "1", "TZ": "UTC", "FONTCONFIG_FILE": str(folder / "bare.conf")},
        "two": {"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo", "FONTCONFIG_FILE": str(folder / "rich.conf")},
    }
    for (name, changes), language in zip(machines.items(), locales.values(), strict=True):
        place = folder / f"at-{name}"
        place.mkdir()
        changes |= {
            "MPLCONFIGDIR": str(place),
            "TMPDIR": str(place),
            "PYTHONPATH": ":".join([str(ROOT), *sys.path]),
        }
        command = [
            sys.executable,
            "-m",
            "tests.documents.rendering",
            str(folder / "store"),
            str(folder / name),
        ]
        subprocess.run(command, cwd=place, env=os.environ | changes | language, check=True)
        assert not list(place.glob("*retrace*")) + list(place.glob("weasyprint-*"))
    return (folder / "one").read_bytes(), (folder / "two").read_bytes()


def impostors(folder: Path) -> Path:
    """Make a folder of fonts that bear the names of ours and look otherwise."""
    folder.mkdir()
    families = [*dict.fromkeys(face.family for face in FACES), "IBM Plex Sans", "DejaVu Sans", "emoji"]
    for family in families:
        font = TTFont(io.BytesIO(truetype(MONO)))
        for record in font["name"].names:
            if record.nameID in (1, 4, 16):
                font["name"].setName(
                    family, record.nameID, record.platformID, record.platEncID, record.langID
                )
        font.save(folder / f"{family}.ttf")
    return folder


def locale(folder: Path, name: str) -> dict[str, str]:
    """Return the environment of a language, compiled from the machine's sources where it has them."""
    folder.mkdir(exist_ok=True)
    if shutil.which("localedef"):
        compiled = folder / f"{name}.UTF-8"
        subprocess.run(
            ["localedef", "-i", name, "-f", "UTF-8", str(compiled)], capture_output=True, check=False
        )
    return {"LC_ALL": f"{name}.UTF-8", "LANG": f"{name}.UTF-8", "LOCPATH": str(folder)}


@pytest.fixture(scope="module")
def reader(rendered):
    return PdfReader(io.BytesIO(rendered[0]))


@pytest.fixture(scope="module")
def text(reader):
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))


def test_two_machines_give_the_same_bytes(rendered):
    assert sha256(rendered[0]) == sha256(rendered[1])


def test_no_forbidden_word_is_printed(text):
    assert "Summary" in text
    assert words.claims(text, "en") == []


def test_identity_findings_and_declared_fields_are_printed(text):
    for expected in ("RT-2026-000001", "not declared", "top right corner", "Ledger position", "worst error"):
        assert expected in text
    digests = re.sub(r"\s|\u200b", "", text)
    assert "a" * 64 in digests
    assert "e" * 64 in digests


def test_the_file_is_tagged_in_a_language_with_bookmarks_and_dates_of_issue(reader):
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    titles = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    assert titles[:3] == ["Contents", "How to read this report", "Summary"]
    assert reader.metadata["/CreationDate"].startswith("D:20261124")


def test_the_summary_takes_one_page(reader):
    pages = [i for i, p in enumerate(reader.pages) if "May not be told" in p.extract_text()]
    assert len(pages) == 1
    assert "Conclusion of the officer" in reader.pages[pages[0]].extract_text()
    assert "Decisions depend on image parts" in reader.pages[pages[0]].extract_text()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("store"))
    markup = '<img src="file:///etc/hostname"><script>x</script><style>*{display:none}</style>'
    honest = factory.evidence(store)
    entry = honest.gallery.entries[0]
    item = entry.item.model_copy(
        update={"entry": entry.item.entry.model_copy(update={"id": "\u202e{% x %}$\\frac$" + markup})}
    )
    document = honest.model_copy(
        update={
            "model": honest.model.model_copy(
                update={"spec": factory.spec(name=markup, version="שלום 🫁", description="W" * 10_000)}
            ),
            "validation_set": honest.validation_set.model_copy(
                update={"name": "N" * 200, "description": "url(http://example.org/x) data:text/html,<b>x</b>"}
            ),
            "gallery": honest.gallery.model_copy(
                update={"entries": (entry.model_copy(update={"item": item}),)}
            ),
        }
    )
    return page(factory.snapshot(document), store), PdfReader(
        io.BytesIO(render(factory.snapshot(document), store))
    )


def test_hostile_text_stays_text(hostile):
    document, reader = hostile
    assert "<script>" not in document.html
    assert "&lt;script&gt;" in document.html
    assert "\u202e" not in document.html
    printed = re.sub(r"\s|\u200b", "", " ".join(page.extract_text() for page in reader.pages))
    assert "<script>x</script>" in printed
    assert "{%x%}" in printed


def test_hostile_text_does_not_blow_up_the_layout(hostile, reader):
    assert len(hostile[1].pages) <= len(reader.pages)
    assert " ".join(page.extract_text() for page in hostile[1].pages).count("W") >= 1500


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/hostname",
        "/etc/hostname",
        "http://example.org/x.png",
        "https://example.org/x.png",
        "ftp://example.org/x.png",
        "data:image/png;base64,AAAA",
        "retrace:fonts/../x",
        "x",
    ],
)
def test_the_fetcher_refuses_what_is_not_ours(url):
    with pytest.raises(FatalURLFetchingError):
        Packaged({}).fetch(url)


def test_the_fetcher_serves_our_assets():
    assert Packaged({"retrace:1": Asset(b"x", "image/png")}).fetch("retrace:1").read() == b"x"


def test_scripts_are_printed_in_packaged_typefaces(reader, text):
    fonts = {
        str(font["/BaseFont"]).partition("+")[2].partition("-")[0]
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert {"Plex", "PlexGreek", "PlexCyrillic", "PlexHebrew", "PlexArabic", "PlexVietnamese"} <= fonts
    assert {"NotoEmoji", "NotoSymbols", "NotoMath", "PlexMono"} <= fonts
    assert fonts <= {face.family for face in (*FACES, MONO)}
    for printed in ("Ελληνικά Кириллица", "Tiếng Việt ✓ ✗ ▲ → ≥", "[U+4E2D][U+6587]"):
        assert printed in text


def test_a_missing_image_stops_the_report(tmp_path):
    store = Store(tmp_path)
    document = factory.evidence(store)
    store.path(document.gallery.entries[0].item.entry.content).unlink()
    with pytest.raises(RetraceError, match=r"image of item 'phantom-0000' .* is not in the store"):
        render(factory.snapshot(document), store)
