"""Whoever changes a report in whatever way is found out, and what was changed is named."""

import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pypdf import PdfReader, PdfWriter

from auditor.common.store import Store
from reports.documents.signing.asn1 import signer
from reports.documents.signing.attachment import attach
from reports.documents.snapshot import Snapshot
from reports.documents.verification.answers import Examination, Outcome
from reports.documents.verification.contents import attachment
from reports.documents.verification.examine import examine
from tests.documents import factory
from tests.documents.sealing import SIGNED, Installation, rendered

HOME = Installation()


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("tampering")


@pytest.fixture(scope="module")
def snapshot(folder) -> Snapshot:
    return factory.snapshot(factory.evidence(Store(folder / "store")))


@pytest.fixture(scope="module")
def other(folder) -> Snapshot:
    evidence = factory.evidence(Store(folder / "store"), marker=True)
    return factory.snapshot(evidence, report_id="RT-2026-000002")


@pytest.fixture(scope="module")
def before(snapshot) -> bytes:
    return rendered(snapshot)


@pytest.fixture(scope="module")
def signed(folder, snapshot, before) -> bytes:
    return HOME.signed(snapshot, before, folder / "signed.pdf").read_bytes()


def examined(content: bytes, by: Installation = HOME) -> Examination:
    return examine(io.BytesIO(content), by.trust)


def outcomes(found: Examination) -> tuple[str, str, str]:
    return found.intact.outcome.value, found.trusted.outcome.value, found.included.outcome.value


def test_an_untouched_report_holds(signed):
    found = examined(signed)
    assert outcomes(found) == ("yes", "yes", "yes")
    assert found.number == "RT-2026-000001"


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_changed_byte_anywhere_is_found(signed, data):
    place = data.draw(st.integers(0, len(signed) - 1))
    _changed_byte_is_found(signed, place, data.draw(st.integers(1, 255)))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_changed_byte_in_the_place_of_the_signature_is_found(signed, data):
    first = signed.rindex(b"/Contents <") + len(b"/Contents ")
    place = data.draw(st.integers(first, signed.index(b">", first)))
    # One bit, by which a digit changes, or only the case of a letter.
    _changed_byte_is_found(signed, place, data.draw(st.sampled_from([1, 2, 4, 0x20])))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_changed_byte_in_the_trailer_is_found(signed, data):
    place = data.draw(st.integers(signed.rindex(b"/XRef"), len(signed) - 1))
    _changed_byte_is_found(signed, place, data.draw(st.integers(1, 255)))


def _changed_byte_is_found(content: bytes, place: int, by: int) -> None:
    changed = bytearray(content)
    changed[place] ^= by
    found = examined(bytes(changed))
    assert found.intact.outcome is Outcome.NO
    assert found.intact.sentence


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_file_that_is_cut_short_is_found(signed, data):
    assert not examined(signed[: data.draw(st.integers(0, len(signed) - 1))]).intact.yes


@settings(max_examples=60, deadline=None)
@given(tail=st.binary(max_size=2000))
def test_bytes_that_only_begin_like_a_pdf_are_a_sentence(tail):
    found = examined(b"%PDF-1.7\n" + tail)
    assert outcomes(found) == ("no", "unknown", "unknown")


def test_bytes_added_at_the_end_are_named(signed):
    found = examined(signed + b"\n% a remark\n")
    assert not found.intact.yes
    assert "12 bytes" in found.intact.sentence
    assert "added after signing" in found.intact.sentence


def test_the_report_without_its_signature_is_named(before):
    found = examined(before)
    assert outcomes(found) == ("no", "unknown", "no")
    assert "carries no signature" in found.intact.sentence
    assert "No proof of a ledger" in found.included.sentence


def test_a_signature_that_was_taken_out_is_named(signed):
    found = examined(updated(signed, lambda writer: _unsign(writer)))
    assert not found.intact.yes
    assert "was taken out" in found.intact.sentence
    assert found.trusted.outcome is Outcome.UNKNOWN


def _unsign(writer: IncrementalPdfFileWriter) -> None:
    field = writer.root["/AcroForm"]["/Fields"][0]
    del field["/V"]
    writer.update_container(field)


def updated(content: bytes, change) -> bytes:
    stream = io.BytesIO(content)
    writer = IncrementalPdfFileWriter(stream)
    change(writer)
    writer.write_in_place()
    return stream.getvalue()


def _title(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/Lang"] = generic.pdf_string("xx")
    writer.update_root()


def _page(writer: IncrementalPdfFileWriter) -> None:
    drawing = generic.StreamObject(stream_data=b"1 0 0 rg 0 0 595 842 re f")
    writer.add_stream_to_page(0, writer.add_object(drawing))


@pytest.mark.parametrize("change", [_title, _page])
def test_an_update_after_signing_is_named(signed, change):
    found = examined(updated(signed, change))
    assert not found.intact.yes
    assert "bytes were added after signing and change what it says or shows" in found.intact.sentence
    assert found.trusted.yes


def test_an_attachment_that_is_replaced_later_is_named_and_not_read(signed):
    def change(writer: IncrementalPdfFileWriter) -> None:
        attach(writer, name="evidence.json", content=b"{}", description="", moment=SIGNED)

    found = examined(updated(signed, change))
    assert not found.intact.yes
    assert found.included.yes  # of the report as it was logged, whose own evidence is the one that counts


def test_a_second_signature_is_named(signed):
    stream = io.BytesIO(signed)
    writer = IncrementalPdfFileWriter(stream)
    spec = fields.SigFieldSpec("Second")
    fields.append_signature_field(writer, spec)
    writer.write_in_place()
    other = signers.PdfSigner(
        signers.PdfSignatureMetadata("Second", md_algorithm="sha256"), signer(Installation(3).key)
    )
    writer = IncrementalPdfFileWriter(stream)
    other._enforce_certification_constraints = lambda reader: None
    content = other.sign_pdf(writer).getvalue()
    found = examined(content)
    assert not found.intact.yes
    assert "carries 2 signatures" in found.intact.sentence


def test_an_attachment_that_was_replaced_before_somebody_else_signed_is_named(
    folder, snapshot, other, before, signed
):
    """A forger with a key of his own: the log does not hold what he made of the report."""
    forger = Installation(2)
    forged = rendered(other)
    target = forger.signed(other, forged, folder / "forged.pdf", proof=proof_in(signed))
    found = examined(target.read_bytes())
    assert outcomes(found) == ("yes", "no", "no")
    assert "is about another file" in found.included.sentence
    assert "RT-2026-000001" in found.included.sentence


def proof_in(content: bytes) -> str:
    return attachment(PdfFileReader(io.BytesIO(content)), "ledger-proof.txt", 1).decode()


def test_the_proof_of_another_report_is_named(folder, snapshot, other, before):
    strange = HOME.proof(HOME.record(other, rendered(other)))
    target = HOME.signed(snapshot, before, folder / "strange.pdf", proof=strange)
    found = examined(target.read_bytes())
    assert outcomes(found) == ("yes", "yes", "no")
    assert "RT-2026-000002" in found.included.sentence


@pytest.mark.parametrize(
    ("field", "sentence"),
    [("evidence", "evidence.json is not the one"), ("snapshot", "statement.json is not the one")],
)
def test_an_entry_that_names_other_evidence_or_another_statement_is_named(
    folder, snapshot, before, field, sentence
):
    leaf = HOME.record(snapshot, before, {field: "f" * 64})
    target = HOME.signed(snapshot, before, folder / "entry.pdf", proof=HOME.proof(leaf))
    found = examined(target.read_bytes())
    assert outcomes(found) == ("yes", "yes", "no")
    assert sentence in found.included.sentence


def test_the_checkpoint_of_another_log_with_the_same_name_is_named(folder, snapshot, before):
    strange = Installation(2)
    proof = strange.proof(strange.record(snapshot, before))
    target = HOME.signed(snapshot, before, folder / "log.pdf", proof=proof)
    found = examined(target.read_bytes())
    assert outcomes(found) == ("yes", "yes", "no")
    assert "ledger-proof.txt does not hold here" in found.included.sentence
    assert "is not signed by" in found.included.sentence


@pytest.mark.parametrize("proof", ["", "c2sp.org/tlog-proof@v1\n", "x" * 5000])
def test_a_proof_that_is_none_is_named(folder, snapshot, before, proof):
    target = HOME.signed(snapshot, before, folder / "none.pdf", proof=proof)
    assert "is not a proof of a log entry" in examined(target.read_bytes()).included.sentence


def test_an_installation_with_the_same_name_and_another_certificate_is_named(folder, snapshot, before):
    strange = Installation(2)
    target = strange.signed(
        snapshot, before, folder / "name.pdf", proof=HOME.proof(HOME.record(snapshot, before))
    )
    found = examined(target.read_bytes())
    assert outcomes(found) == ("yes", "no", "yes")
    assert "also calls itself Retrace installation retrace.example" in found.trusted.sentence


def test_an_installation_of_another_name_is_not_trusted(signed):
    found = examined(signed, Installation(2, site="elsewhere.example"))
    assert outcomes(found) == ("yes", "no", "no")
    assert "with a certificate that is not trusted here" in found.trusted.sentence
    assert "is of the ledger retrace.example/log, which is not trusted here" in found.included.sentence


def test_a_signature_from_before_its_certificate_is_named(folder, snapshot, before):
    target = HOME.signed(snapshot, before, folder / "early.pdf", moment=SIGNED.replace(year=2020))
    found = examined(target.read_bytes())
    assert not found.trusted.yes
    assert "was not valid" in found.trusted.sentence


def test_an_encrypted_copy_is_named(folder, signed):
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(signed)))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    found = examined(out.getvalue())
    assert not found.intact.yes
    assert "is encrypted" in found.intact.sentence


def test_a_copy_that_another_program_saved_is_not_intact(signed):
    out = io.BytesIO()
    PdfWriter(clone_from=PdfReader(io.BytesIO(signed))).write(out)
    assert not examined(out.getvalue()).intact.yes


def test_a_zip_is_no_pdf():
    assert "This is not a PDF" in examined(b"PK\x03\x04").intact.sentence
