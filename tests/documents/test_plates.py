"""Plates: parts drawn by one or two processes and joined into one tagged file that readers accept."""

import io
import re
import subprocess
from pathlib import Path

import pytest
from django.test import override_settings
from pypdf import PdfReader

from auditor.common.digest import sha256
from auditor.common.errors import RetraceError
from auditor.common.store import Store
from reports.documents.plates import jobs as making
from reports.documents.plates.jobs import jobs
from reports.documents.plates.parts import renumbered
from reports.documents.render import render
from reports.documents.sheets import IN_CHAPTER, layout, sheets
from tests.documents import factory, gallery_factory, tags

ITEMS, PLATES, EACH = 43, 4, 5  # 25 in the chapter, 18 on plates
HOSTILE = "W" * 80 + "\u202e(12 0 R) << >> \\ endobj stream\n שלום 🫁"


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("store"))
    document = gallery_factory.evidence(store, ITEMS)
    entries = list(document.gallery.entries)
    item = entries[30].item
    named = item.model_copy(update={"entry": item.entry.model_copy(update={"id": HOSTILE})})
    entries[30] = entries[30].model_copy(update={"item": named})
    gallery = document.gallery.model_copy(update={"entries": tuple(entries)})
    return factory.snapshot(document.model_copy(update={"gallery": gallery})), store


@pytest.fixture(scope="module")
def rendered(snapshot, tmp_path_factory):
    """Render with one plate a part, alone and with a helper."""
    found = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(making, "_TOGETHER", 1)
        for processes in (1, 2):
            with override_settings(RENDER_PROCESSES=processes):
                found.append(render(*snapshot))
    return found


@pytest.fixture(scope="module")
def reader(rendered):
    return PdfReader(io.BytesIO(rendered[0]))


def test_helpers_change_no_byte(rendered):
    assert sha256(rendered[0]) == sha256(rendered[1])


def test_the_file_has_no_faults(rendered, tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(rendered[0])
    done = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    fonts = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True)
    assert fonts.stderr == ""


def test_plates_follow_the_chapters_with_numbers_of_their_own(reader):
    last = [page.extract_text() for page in reader.pages[-PLATES:]]
    for number, text in enumerate(last, start=1):
        assert f"Plate {number} of {PLATES}" in text
        assert f"Plate {number}: items {21 + EACH * number} to {min(25 + EACH * number, ITEMS)}" in text
    assert reader.page_labels[-PLATES:] == [f"Plate {number}" for number in range(1, 1 + PLATES)]
    assert reader.page_labels[0] == "1"
    before = " ".join(page.extract_text() for page in reader.pages[:-PLATES])
    assert f"all others are on the {PLATES} plates at the end of this file" in " ".join(before.split())
    assert f"/ {len(reader.pages) - PLATES}" in before


def test_every_piece_of_content_belongs_to_an_element_of_its_page(reader):
    found = [tags.check_marks(reader, page) for page in reader.pages]
    assert min(found) > 0
    assert min(found[-PLATES:]) > 40


def test_every_picture_says_what_it_shows(reader):
    found = tags.elements(reader.trailer["/Root"])
    plates = {page.indirect_reference for page in reader.pages[-PLATES:]}
    figures = [one for one in found if one["/S"] == "/Figure"]
    assert all(one["/Alt"].strip() for one in figures)
    ours = [one["/Alt"] for one in figures if one["/Pg"].indirect_reference in plates]
    maps = [alt for alt in ours if "attribution to" in alt]
    assert len(maps) == (ITEMS - IN_CHAPTER * EACH) * len(gallery_factory.METHODS)
    assert any("by Grad-CAM" in alt and "strongest" in alt and "tests undecided" in alt for alt in maps)
    assert sum(alt.startswith("Scale of") for alt in ours) == PLATES * len(gallery_factory.METHODS)


def test_bookmarks_lead_to_plates(reader):
    parts = reader.outline[-1]
    assert reader.outline[-2].title == "Plates"
    assert [one.title for one in parts[::2]] == [f"Plates {n} to {n}" for n in range(1, 1 + PLATES)]
    single = [below[0] for below in parts[1::2]]
    assert [reader.get_destination_page_number(one) for one in single] == list(
        range(len(reader.pages) - PLATES, len(reader.pages))
    )
    assert single[0].title == "Plate 1: items 26 to 30"


def test_evidence_identity_and_dates_survive(reader, snapshot):
    document = snapshot[0]
    assert sha256(reader.attachments["evidence.json"][0]) == document.evidence_digest
    assert reader.trailer["/ID"][0] == document.document_digest()[:32]
    assert reader.metadata["/CreationDate"].startswith("D:20261124")
    assert reader.trailer["/Root"]["/Lang"] == "en"


def test_a_page_stays_small(rendered, snapshot):
    chapters = render(
        snapshot[0].model_copy(update={"evidence": _first(snapshot[0].evidence, IN_CHAPTER * EACH)}),
        snapshot[1],
    )
    assert (len(rendered[0]) - len(chapters)) / PLATES < 170_000  # fonts come with each of these small parts


def _first(evidence, count):
    gallery = evidence.gallery
    return evidence.model_copy(
        update={"gallery": gallery.model_copy(update={"entries": gallery.entries[:count]})}
    )


def test_jobs_share_the_gallery_without_gap_or_repetition(snapshot):
    document = snapshot[0]
    many = document.evidence.gallery.entries * 20
    gallery = document.evidence.gallery.model_copy(update={"entries": many})
    evidence = document.evidence.model_copy(update={"gallery": gallery})
    found = list(jobs(document.model_copy(update={"evidence": evidence})))
    shown = [entry for job in found for entry in job.evidence.gallery.entries]
    assert shown == list(many[IN_CHAPTER * EACH :])
    assert [job.plate for job in found] == [
        1 + sum(map(_plates, found[:place])) for place in range(len(found))
    ]
    assert all(job.last - job.plate + 1 == _plates(job) for job in found)
    assert found[-1].last == found[0].plates
    assert not any(job.evidence.regions or job.evidence.survey.curves for job in found)


def _plates(job):
    return len(sheets(job.evidence.gallery.entries, EACH))


def test_a_missing_map_on_a_plate_stops_the_report_and_leaves_nothing(snapshot, tmp_path, monkeypatch):
    document, store = snapshot
    digest = document.evidence.gallery.entries[-1].item.maps["lime"].array.sha256
    path, content = store.path(digest), store.get(digest)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(making, "_TOGETHER", 1)
    path.unlink()
    try:
        with override_settings(RENDER_PROCESSES=2), pytest.raises(RetraceError, match=r"by lime .* restore"):
            render(document, store)
    finally:
        store.put(content)
    assert not [one.name for one in Path(tmp_path).iterdir() if "plates" in one.name or "report" in one.name]


def test_numbers_in_text_are_not_taken_for_references():
    value = rb"<</F /ABCDEF+Plex /A 3 0 R /B (3 0 R \) 4 0 R) /C <30> /D [5 0 R 6] /StructParents 2 /StructParent 7>>"
    moved = renumbered(value, lambda number: number + 10, 100, 1)
    tag = re.search(rb"/F /([A-Z]{6})\+Plex ", moved)[1]
    assert tag != b"ABCDEF"
    assert moved.replace(b"/F /%b+Plex " % tag, b"") == (
        rb"<</A 13 0 R /B (3 0 R \) 4 0 R) /C <30> /D [15 0 R 6] /StructParents 102 /StructParent 107>>"
    )


def test_a_sheet_has_the_same_number_of_items_whatever_they_are_called(snapshot):
    assert layout(snapshot[0].evidence).items == EACH
    assert layout(snapshot[0].evidence).pixels == 162
