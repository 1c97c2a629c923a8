"""A signed report: the rendered bytes and one update, which adds the proof, the block and the signature."""

import asyncio
import io
import re
import subprocess
from pathlib import Path

import pypdf
import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from auditor.common.errors import Refused, RetraceError
from auditor.common.store import Store
from reports.documents.signing.authority import Authority
from reports.documents.signing.field import BOX
from reports.documents.snapshot import SignOff, Snapshot
from reports.documents.verification.answers import Outcome
from reports.documents.verification.examine import examine
from tests.documents import factory
from tests.documents.authority import Stamping
from tests.documents.sealing import SIGNED, Installation, rendered

SIGN_OFF = SignOff(
    by="Żaneta Öztürk", when="2026-10-27T00:00:00Z", statement="I have read it.", prepared_by="Bob"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("signing")


@pytest.fixture(scope="module")
def snapshot(folder) -> Snapshot:
    return factory.snapshot(factory.evidence(Store(folder / "store")), sign_off=SIGN_OFF)


@pytest.fixture(scope="module")
def before(snapshot) -> bytes:
    return rendered(snapshot)


@pytest.fixture(scope="module")
def signed(folder, snapshot, before) -> Path:
    return Installation().signed(snapshot, before, folder / "signed.pdf")


@pytest.fixture(scope="module")
def reader(signed) -> pypdf.PdfReader:
    return pypdf.PdfReader(signed)


def test_the_rendered_bytes_are_the_beginning_and_one_update_follows(signed, before):
    content = signed.read_bytes()
    assert content.startswith(before)
    assert content.count(b"%%EOF") == before.count(b"%%EOF") + 1
    with signed.open("rb") as stream:
        assert PdfFileReader(stream).total_revisions == 2


def test_attachments_stay_and_the_proof_joins_them(reader, before):
    names = ["arrays.txt", "evidence.json", "ledger-proof.txt", "statement.json"]
    assert sorted(reader.attachments) == names
    earlier = pypdf.PdfReader(io.BytesIO(before))
    for name in earlier.attachments:
        assert reader.attachments[name] == earlier.attachments[name]
    tree = reader.trailer["/Root"]["/Names"]["/EmbeddedFiles"]["/Names"]
    assert list(tree[::2]) == names
    associated = [one.get_object() for one in reader.trailer["/Root"]["/AF"]]
    assert [(one["/UF"], one["/AFRelationship"]) for one in associated] == [
        ("arrays.txt", "/Supplement"),
        ("evidence.json", "/Data"),
        ("statement.json", "/Data"),
        ("ledger-proof.txt", "/Supplement"),
    ]
    assert reader.attachments["ledger-proof.txt"][0].startswith(b"c2sp.org/tlog-proof@v1\n")


def test_declarations_of_the_standards_stay(reader, before):
    earlier = pypdf.PdfReader(io.BytesIO(before)).trailer["/Root"]
    root = reader.trailer["/Root"]
    assert root["/Metadata"].get_data() == earlier["/Metadata"].get_data()
    assert b"pdfaid:part" in root["/Metadata"].get_data()
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert repr(root["/OutputIntents"][0]["/Info"]) == repr(earlier["/OutputIntents"][0]["/Info"])
    assert reader.metadata == pypdf.PdfReader(io.BytesIO(before)).metadata


def test_the_field_is_printed_tagged_as_a_form_and_has_words_for_those_who_hear_it(reader):
    page = reader.pages[0]
    (widget,) = (one.get_object() for one in page["/Annots"])
    assert widget["/F"] & 0b100
    assert not widget["/F"] & 0b100011
    assert page["/Tabs"] == "/S"
    assert tuple(widget["/Rect"]) == BOX
    assert widget["/TU"] == widget["/Contents"]
    assert "retrace.example" in widget["/TU"]
    tree = reader.trailer["/Root"]["/StructTreeRoot"]
    numbers = tree["/ParentTree"]["/Nums"]
    element = numbers[numbers.index(widget["/StructParent"]) + 1].get_object()
    assert element["/S"] == "/Form"
    assert element["/K"][0]["/Obj"] == widget
    assert element.indirect_reference in list(element["/P"]["/K"])
    assert element["/P"]["/S"] == "/Sect"
    assert tree["/ParentTreeNextKey"] > widget["/StructParent"]


def test_the_block_says_who_signed_and_who_signed_off_in_embedded_type(reader, signed):
    appearance = reader.pages[0]["/Annots"][0]["/AP"]["/N"]
    for font in appearance["/Resources"]["/Font"].values():
        (descendant,) = font["/DescendantFonts"]
        assert "/FontFile2" in descendant.get_object()["/FontDescriptor"]
    shown = subprocess.run(["pdftotext", "-l", "1", signed, "-"], capture_output=True, text=True, check=True)
    words = re.sub(r"\s+", " ", shown.stdout)
    for expected in (
        "Retrace installation retrace.example",
        "Żaneta Öztürk",
        "prepared by Bob",
        "28 October 2026",
    ):
        assert expected in words


def test_an_interim_report_says_that_nobody_signed_it_off(folder, snapshot):
    interim = snapshot.model_copy(update={"sign_off": None})
    target = Installation().signed(interim, rendered(interim), folder / "interim.pdf")
    shown = subprocess.run(["pdftotext", "-l", "1", target, "-"], capture_output=True, text=True, check=True)
    assert "nobody: interim report" in shown.stdout


def test_pyhanko_and_poppler_find_a_certified_signature_over_the_whole_file(signed):
    anchor = x509.Certificate.load(Installation().key.certificate.public_bytes(Encoding.DER))
    with signed.open("rb") as stream:
        (found,) = PdfFileReader(stream).embedded_signatures
        assert found.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
        assert found.docmdp_level == MDPPerm.NO_CHANGES
        assert "/DigestMethod" not in found.sig_object["/Reference"][0]
        assert found.self_reported_timestamp == SIGNED
        context = ValidationContext(trust_roots=[anchor], moment=SIGNED)
        assert asyncio.run(async_validate_pdf_signature(found, context)).bottom_line
    shown = subprocess.run(["pdfsig", signed], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in shown
    assert "Total document signed" in shown


def test_qpdf_finds_no_fault(signed):
    done = subprocess.run(["qpdf", "--check", signed], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("level", ["B-T", "B-LTA"])
def test_a_time_stamp_is_added_where_an_authority_is_configured(
    folder, snapshot, before, tmp_path, settings, level
):
    stamping, home = Stamping(), Installation()
    roots = tmp_path / "roots.pem"
    roots.write_text(stamping.pem)
    with stamping.served() as url:
        settings.TSA = {"url": url, "level": level, "roots": str(roots)}
        target = home.signed(snapshot, before, tmp_path / "stamped.pdf", authority=Authority.configured())
    trust = home.trust.model_copy(update={"stamps": stamping.pem})
    with target.open("rb") as stream:
        found = examine(stream, trust)
        kept = len(PdfFileReader(stream).embedded_timestamp_signatures)
    assert (kept > 0) == (level == "B-LTA")
    assert [found.intact.outcome, found.trusted.outcome, found.included.outcome] == [Outcome.YES] * 3
    assert (
        "Clock of the tests, which is trusted here, stamped it on 2026-10-28T00:05:00Z"
        in found.trusted.sentence
    )
    with target.open("rb") as stream:
        assert "which is not known here" in examine(stream, home.trust).trusted.sentence


def test_an_archival_report_to_which_something_is_added_is_not_intact(
    folder, snapshot, before, tmp_path, settings
):
    stamping, home = Stamping(), Installation()
    authority = Authority(stamping.stamper, "B-LTA", (stamping.root,))
    target = home.signed(snapshot, before, tmp_path / "stamped.pdf", authority=authority)
    content = target.read_bytes()
    trust = home.trust.model_copy(update={"stamps": stamping.pem})
    assert examine(io.BytesIO(content), trust).intact.yes
    assert not examine(io.BytesIO(content + b"\n"), trust).intact.yes
    last = content.rindex(b"/Contents <")
    forged = bytearray(content)
    forged[last + 400] ^= 1
    assert not examine(io.BytesIO(bytes(forged)), trust).intact.yes


def test_an_authority_that_does_not_answer_is_one_sentence(snapshot, before, tmp_path, settings):
    settings.TSA = {"url": "http://127.0.0.1:9/", "level": "B-T", "roots": ""}
    with pytest.raises(RetraceError, match="The time-stamp authority did not answer"):
        Installation().signed(snapshot, before, tmp_path / "x.pdf", authority=Authority.configured())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"level": "B-X"}, "RETRACE_TSA_LEVEL is B-X"),
        ({"level": "B-LTA"}, "needs the roots"),
        ({"roots": "/nowhere.pem"}, "/nowhere.pem could not be read"),
    ],
)
def test_settings_that_do_not_fit_are_refused(settings, changes, sentence):
    settings.TSA = {"url": "http://127.0.0.1:9/", "level": "B-T", "roots": ""} | changes
    with pytest.raises(Refused, match=sentence):
        Authority.configured()
