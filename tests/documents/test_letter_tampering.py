"""Whoever changes a letter, or passes another document off as one, is found out as with reports."""

import io
import re
import subprocess
from pathlib import Path

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.common.store import Store
from reports.documents.letter.execution import render_letter
from reports.documents.letter.facts import LetterFacts
from reports.documents.verification.answers import Examination
from reports.documents.verification.examine import examine
from tests.documents import letters
from tests.documents.sealing import Installation

HOME = Installation()


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Store:
    return Store(tmp_path_factory.mktemp("letters"))


@pytest.fixture(scope="module")
def facts(store) -> LetterFacts:
    return letters.about_a_picture(store)


@pytest.fixture(scope="module")
def before(facts, store) -> bytes:
    return render_letter(facts, store)


@pytest.fixture(scope="module")
def signed(facts, before, tmp_path_factory) -> bytes:
    return HOME.signed(facts, before, tmp_path_factory.mktemp("signed") / "letter.pdf").read_bytes()


def examined(content: bytes, by: Installation = HOME) -> Examination:
    return examine(io.BytesIO(content), by.trust)


def outcomes(found: Examination) -> tuple[str, str, str]:
    return found.intact.outcome.value, found.trusted.outcome.value, found.included.outcome.value


def test_an_untouched_letter_holds(signed, before):
    found = examined(signed)
    assert outcomes(found) == ("yes", "yes", "yes")
    assert (found.kind, found.number) == ("letter", "RL-2026-000001")
    assert signed.startswith(before)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_changed_byte_anywhere_is_found(signed, data):
    place, change = data.draw(st.integers(0, len(signed) - 1)), data.draw(st.integers(1, 255))
    content = bytearray(signed)
    content[place] ^= change
    assert outcomes(examined(bytes(content))) != ("yes", "yes", "yes")


def test_the_proof_of_another_letter_is_named(facts, before, store, tmp_path):
    other = letters.about_a_picture(store, language="de")
    proof = HOME.proof(HOME.record(other, render_letter(other, store)))
    found = examined(HOME.signed(facts, before, tmp_path / "x.pdf", proof=proof).read_bytes())
    assert outcomes(found) == ("yes", "yes", "no")
    assert "is about another file: about RL-2026-000001" in found.included.sentence


def test_a_letter_that_the_log_holds_as_a_report_lacks_what_reports_carry(facts, before, tmp_path):
    leaf = HOME.record(facts, before)
    passed_off = leaf._replace(kind="report", body={**leaf.body, "report": "RT-2026-000009"})
    HOME.leaves[-1] = passed_off
    found = examined(
        HOME.signed(facts, before, tmp_path / "x.pdf", proof=HOME.proof(passed_off)).read_bytes()
    )
    assert outcomes(found) == ("yes", "yes", "no")
    assert "evidence.json or statement.json is not attached" in found.included.sentence


@pytest.mark.parametrize("kind", ["evidence", "withdrawal", "document"])
def test_entries_of_other_kinds_vouch_for_no_document(facts, before, tmp_path, kind):
    leaf = HOME.record(facts, before)._replace(kind=kind)
    HOME.leaves[-1] = leaf
    found = examined(HOME.signed(facts, before, tmp_path / "x.pdf", proof=HOME.proof(leaf)).read_bytes())
    assert not found.included.yes
    assert f"about an entry of another kind ({kind})" in found.included.sentence
    assert (found.kind, found.number, found.document) == ("", "", "")


def test_the_block_stands_alone_at_the_foot_of_the_first_page_and_is_told_of(signed, tmp_path: Path):
    (tmp_path / "letter.pdf").write_bytes(signed)
    checked = subprocess.run(["qpdf", "--check", tmp_path / "letter.pdf"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    with pikepdf.open(io.BytesIO(signed)) as pdf:
        (field,) = pdf.Root.AcroForm.Fields
        assert field.P.objgen == pdf.pages[0].objgen
        assert "Signature of Retrace installation retrace.example" in str(field.TU)
        _, bottom, _, top = map(float, field.Rect)
    placed = subprocess.run(
        ["pdftotext", "-bbox", "-l", "1", tmp_path / "letter.pdf", "-"], capture_output=True, text=True
    )
    words = _words(placed.stdout)
    inside = [text for text, low, high in words if low >= bottom and high <= top]
    assert {"SIGNED", "ELECTRONICALLY", "letter", "ledger"} <= set(inside)
    assert not [text for text, low, high in words if low < top < high or low < bottom < high]
    assert "report" not in " ".join(inside)


def _words(boxes: str) -> list[tuple[str, float, float]]:
    """Return words with their lower and upper edge, counted from the bottom of an A4 page."""
    height = float(re.search(r'<page width="[\d.]+" height="([\d.]+)"', boxes)[1])
    found = re.findall(r'yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">([^<]*)<', boxes)
    return [(text, height - float(below), height - float(above)) for above, below, text in found]
