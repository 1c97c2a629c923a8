"""Everything about a person in one folder: complete, checkable, and nothing about anybody else."""

import json
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from auditor.common.errors import Corrupt, NotFound, Refused
from auditor.common.store import Store
from reports.decisions.access.package import access_package
from reports.decisions.erasure.certificate import certificate_check
from reports.decisions.erasure.services import decision_erase, subject_erase
from reports.decisions.models import Decision, Erasure, Event
from reports.decisions.subjects import subjects_named
from reports.ledger.proof import Proof
from reports.ledger.services import ledger_verifier
from tests.decisions import drafts
from tests.decisions.drafts import IDENTIFIER, NOW, OPERATOR, RECIPIENT, REFERENCE
from tests.decisions.erasing import INPUT, LATER, LETTER, POINT, asked, subject, told_subject

pytestmark = pytest.mark.django_db


@pytest.fixture
def decisions(ada) -> list[int]:
    made = told_subject(ada)
    drafts.recorded(reference="of somebody else", subject="another person", outcome="something else")
    return made


def package(tmp_path, **options) -> Path:
    return access_package(subjects_named(IDENTIFIER), tmp_path / "package", now=LATER, **options)


def test_all_of_a_person_and_of_nobody_else(decisions, tmp_path):
    folder = package(tmp_path)
    found = json.loads((folder / "access.json").read_bytes())
    (one,) = found["subjects"]
    assert [decision["decision"] for decision in one["decisions"]] == decisions
    first = one["decisions"][0]
    assert (first["facts"]["subject"], first["facts"]["reference"]) == (IDENTIFIER, REFERENCE)
    assert first["facts"]["scores"] == {"malignant": 0.75, "benign": 0.25}
    assert first["facts"]["recipients"] == [RECIPIENT]
    assert (folder / first["input_file"]).read_bytes() == INPUT
    assert [event["content"]["kind"] for event in first["events"]] == [
        "contested",
        "contest_withdrawn",
        "recipient_notified",
    ]
    assert first["events"][0]["content"]["reason"] == POINT
    assert (folder / first["events"][1]["document_file"]).read_bytes() == LETTER
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"another person" not in everything
    assert b"something else" not in everything


def test_those_who_worked_on_it_are_named_only_when_asked_for(decisions, tmp_path):
    folder = package(tmp_path)
    content = (folder / "access.json").read_text() + (folder / "summary.html").read_text()
    assert OPERATOR not in content
    assert '"ada"' not in content
    named = access_package(subjects_named(IDENTIFIER), tmp_path / "named", names=True, now=LATER)
    content = (named / "access.json").read_text()
    assert OPERATOR in content
    assert '"ada"' in content


def test_checksums_and_proofs_hold(decisions, tmp_path):
    folder = package(tmp_path)
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {
        "SHA256SUMS"
    }
    assert {line.removesuffix(": OK") for line in checked.stdout.splitlines()} == files
    assert {oct(path.stat().st_mode & 0o777) for path in folder.rglob("*") if path.is_file()} == {"0o600"}
    assert oct(folder.stat().st_mode & 0o777) == "0o700"
    proofs = list((folder / "proofs").iterdir())
    assert len(proofs) == 2 + Event.objects.filter(decision__in=decisions).count()
    for path in proofs:
        proof = Proof.parse(path.read_text())
        proof.check(proof.extra, [ledger_verifier()])


def test_it_is_all_or_nothing(decisions, tmp_path):
    (tmp_path / "package").mkdir()
    with pytest.raises(Refused, match="is there already"):
        package(tmp_path)
    (tmp_path / "package").rmdir()
    with pytest.raises(NotFound):
        access_package([], tmp_path / "package")
    with pytest.raises(Refused, match="could not be written"):
        access_package(subjects_named(IDENTIFIER), tmp_path / "no" / "package")
    store = Store.at(settings.STORAGE_URL)
    store.path(Decision.objects.get(pk=decisions[0]).sealed_input).write_bytes(b"x")
    with pytest.raises(Corrupt):
        package(tmp_path)
    assert not [path for path in tmp_path.iterdir() if "package" in path.name]


def test_what_was_erased_is_said_to_be(decisions, ada, tmp_path):
    decision_erase(decisions[0], asked(ada), now=LATER)
    folder = package(tmp_path)
    first, second = json.loads((folder / "access.json").read_bytes())["subjects"][0]["decisions"]
    assert (first["state"], first["facts"], first["input_file"], first["events"]) == (
        "erased",
        None,
        None,
        [],
    )
    assert second["facts"]["subject"] == IDENTIFIER
    assert "was erased" in (folder / "summary.html").read_text()


def test_the_summary_reads_in_the_language_asked_for_and_escapes(decisions, tmp_path):
    drafts.recorded(reference="<script>alert(1)</script>")
    call_command(
        "decisions",
        "access",
        IDENTIFIER,
        "--out",
        str(tmp_path / "de"),
        "--language",
        "de",
        stdout=StringIO(),
    )
    text = (tmp_path / "de" / "summary.html").read_text()
    assert '<html lang="de">' in text
    assert "Empfänger" in text
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_the_commands_erase_and_hand_over_the_certificate(decisions, tmp_path, ada):
    ground = ["--ground", "b", "--reason", "asked for", "--as", "ada"]
    out = tmp_path / "one.json"
    said = StringIO()
    call_command(
        "decisions", "erase", "--decision", str(decisions[0]), *ground, "--out", str(out), stdout=said
    )
    assert "backups stay readable" in said.getvalue()
    call_command("decisions", "erase", IDENTIFIER, *ground, stdout=said)
    assert "their key destroyed" in said.getvalue()
    number = Erasure.objects.order_by("-pk")[0].pk
    call_command("decisions", "certificate", str(number), "--out", str(tmp_path / "two.json"), stdout=said)
    for path, whole in ((out, False), (tmp_path / "two.json", True)):
        found = certificate_check(path.read_bytes(), [ledger_verifier()])
        assert found["destroyed"]["key_of_subject"] is whole
    for arguments in (["erase", IDENTIFIER, *ground], ["access", IDENTIFIER, "--out", str(tmp_path / "x")]):
        with pytest.raises(NotFound, match="knows nobody"):
            call_command("decisions", *arguments)
    for arguments in (["erase", *ground], ["certificate", str(number), "--out", str(out)]):
        with pytest.raises(Refused):
            call_command("decisions", *arguments)
    with pytest.raises(Refused, match="no active user"):
        call_command("decisions", "erase", IDENTIFIER, *ground[:-1], "nobody")
    call_command("decisions", "reconcile", stdout=said)
    assert "0 subjects erased again, 0 erasures completed" in said.getvalue()


def test_one_identifier_in_two_schemes_is_two_people(decisions, ada):
    drafts.recorded(drafts.system("another"))
    with pytest.raises(Refused, match="perhaps not the same: subjects"):
        call_command(
            "decisions", "erase", IDENTIFIER, "--ground", "b", "--reason", "asked for", "--as", "ada"
        )
    subject_erase(subject(), asked(ada), now=NOW)
    assert len(subjects_named(IDENTIFIER)) == 1
