"""Verification tells apart: not a PDF, a PDF that nobody recorded, a recorded one."""

from auditor.common.digest import sha256
from reports.documents.verify import Recorded, verify

PDF = b"%PDF-1.7 a report"
LEDGER = {sha256(PDF): Recorded(12, "e" * 64, "2026-11-24T01:30:00Z", "RT-2026-000001")}


def test_recorded_bytes_hold():
    outcome = verify(PDF, LEDGER.get)
    assert outcome.holds
    assert "RT-2026-000001" in outcome.sentence
    assert "position 12" in outcome.sentence


def test_one_changed_byte_does_not():
    outcome = verify(PDF + b" ", LEDGER.get)
    assert outcome.pdf
    assert outcome.recorded is None
    assert not outcome.holds
    assert outcome.sha256 in outcome.sentence


def test_what_is_no_pdf_is_said_to_be_none():
    assert "not a PDF" in verify(b"PK\x03\x04", LEDGER.get).sentence
