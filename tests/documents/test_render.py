"""The PDF: equal bytes in two processes, text as text, tagged, nothing fetched, no promises."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader
from weasyprint.urls import FatalURLFetchingError

from auditor.common.digest import sha256
from auditor.common.errors import RetraceError
from auditor.common.store import Store
from reports.documents.book import Asset
from reports.documents.html import page
from reports.documents.printing import Packaged
from reports.documents.render import render
from tests.documents import factory

ROOT = Path(__file__).parents[2]
FORBIDDEN = (
    "compliant", "certified", "guarantees", "proves", "unbiased", "fair", "safe", "true cause", "causes",
    "the model thinks", "the reason is", "anonymous", "100 %", "explainable",
)  # fmt: skip


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """Render twice, in two processes with different hash seeds and time zones; return both files."""
    folder = tmp_path_factory.mktemp("rendered")
    processes = []
    for name, seed, zone in (("one", "1", "UTC"), ("two", "2", "Asia/Tokyo")):
        command = [
            sys.executable,
            "-m",
            "tests.documents.rendering",
            str(folder / "store"),
            str(folder / name),
        ]
        processes.append(_run(command, {"PYTHONHASHSEED": seed, "TZ": zone}))
    assert processes == [0, 0]
    return (folder / "one").read_bytes(), (folder / "two").read_bytes()


def _run(command, changes):
    return subprocess.run(command, cwd=ROOT, env=os.environ | changes, check=False).returncode


@pytest.fixture(scope="module")
def reader(rendered):
    return PdfReader(io.BytesIO(rendered[0]))


@pytest.fixture(scope="module")
def text(reader):
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))


def test_two_processes_give_the_same_bytes(rendered):
    assert sha256(rendered[0]) == sha256(rendered[1])


def test_no_forbidden_word_is_printed(text):
    assert "Summary" in text
    for word in FORBIDDEN:
        assert not re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE), word


def test_identity_findings_and_declared_fields_are_printed(text):
    for expected in ("RT-2026-000001", "not declared", "top right corner", "Ledger position", "worst error"):
        assert expected in text
    digests = re.sub(r"\s|\u200b", "", text)
    assert "a" * 64 in digests
    assert "e" * 64 in digests


def test_the_evidence_is_attached_as_it_was_digested(reader, tmp_path):
    document = factory.evidence(Store(tmp_path), marker=True)
    assert sha256(reader.attachments["evidence.json"][0]) == document.document_digest()


def test_the_file_is_tagged_in_a_language_with_bookmarks_and_dates_of_issue(reader):
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    titles = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    assert titles[:3] == ["Contents", "Summary", "Identity of this audit"]
    assert reader.metadata["/CreationDate"].startswith("D:20261124")


def test_the_summary_takes_one_page(reader):
    pages = [i for i, p in enumerate(reader.pages) if "What cannot be said" in p.extract_text()]
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
        "http://example.org/x.png",
        "data:image/png;base64,AAAA",
        "retrace:fonts/../x",
        "x",
    ],
)
def test_the_fetcher_refuses_what_is_not_ours(url):
    with pytest.raises(FatalURLFetchingError):
        Packaged({}).fetch(url)


def test_the_fetcher_serves_our_assets_and_fonts():
    assert Packaged({"retrace:1": Asset(b"x", "image/png")}).fetch("retrace:1").read() == b"x"
    font = Packaged({}).fetch("retrace:fonts/ibm-plex-sans-latin-400-normal.woff2")
    assert font.read().startswith(b"\x00\x01\x00\x00")


def test_a_missing_image_stops_the_report(tmp_path):
    store = Store(tmp_path)
    document = factory.evidence(store)
    store.path(document.gallery.entries[0].item.entry.content).unlink()
    with pytest.raises(RetraceError, match=r"image of item 'phantom-0000' .* is not in the store"):
        render(factory.snapshot(document), store)
