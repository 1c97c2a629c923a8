"""Letters from a console: written, asked for, listed and fetched, each refusal in a sentence."""

from contextlib import contextmanager
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from auditor.audits.models import Run
from auditor.common.errors import Refused, RetraceError
from auditor.jobs.models import State
from auditor.jobs.work import work
from reports.documents.declared.services import declaration_make
from reports.documents.letter import execution
from reports.documents.management.who import letter_named
from reports.documents.models import Letter
from reports.documents.queries import standing_of, store
from reports.documents.verification.trust import trust
from reports.documents.verification.verify import verify_file
from tests import rows
from tests.documents.writing import declare_all, run_with_evidence

pytestmark = pytest.mark.django_db
ITEM = "phantom-0001"


@pytest.fixture(autouse=True)
def ada(settings) -> User:
    settings.EMBEDDED = False
    return User.objects.create_user("ada")


@pytest.fixture
def run(ada) -> Run:
    found = run_with_evidence()
    declare_all(found, ada)
    return found


@pytest.fixture
def working(monkeypatch) -> None:
    """Let the worker do its jobs as soon as somebody waits for it."""

    @contextmanager
    def worker(wanted=None):
        for letter in Letter.objects.filter(state="waiting"):
            work(Letter, letter.pk, compute=execution.write_letter, settle=execution.keep)
        yield lambda: True

    monkeypatch.setattr("reports.documents.management.waiting.worker", worker)


def told(*arguments: object) -> str:
    out = StringIO()
    call_command("letter", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_a_letter_is_written_to_a_file_that_verifies(run, working, ada, tmp_path):
    out = tmp_path / "letter.pdf"
    said = told("write", run.pk, ITEM, "--language", "de", "--out", out, "--as", "ada")
    letter = Letter.objects.get()
    assert (letter.language, letter.requested_by, letter.item) == ("de", ada, 1)
    assert said == (
        f"Letter {letter.number} is in {out} (SHA-256 {letter.pdf_digest}, ledger position {letter.entry_id}).\n"
    )
    assert out.read_bytes() == store().get(letter.pdf_digest)
    assert verify_file(out, "letter.pdf", trust(), standing_of).number == letter.number
    assert f"{letter.number}  {run.pk}  1  de  done" in told("list", run.pk)


def test_without_a_place_it_is_only_asked_for_and_can_be_fetched_later(run, tmp_path, request):
    said = told("write", run.pk, ITEM, "--as", "ada")
    letter = Letter.objects.get()
    assert (letter.state, letter.language) == (State.WAITING, run.language)
    assert f"Letter {letter.number} is asked for" in said
    out = tmp_path / "letter.pdf"
    with pytest.raises(Refused, match="is not there yet, its state is waiting"):
        told("fetch", letter.number, "--out", out)
    assert not out.exists()
    assert work(Letter, letter.pk, compute=execution.write_letter, settle=execution.keep)
    assert f"Letter {letter.number} is in" in told("fetch", letter.number, "--out", out)
    assert out.read_bytes().startswith(b"%PDF-")


def test_a_draft_says_what_is_missing(run, working, ada, tmp_path):
    declaration_make(run=run, field="rights.authority", text="", by=ada)
    said = told("write", run.pk, ITEM, "--out", tmp_path / "x.pdf", "--as", "ada")
    assert "is a draft" in said
    assert said.endswith("Nothing is declared about: Supervisory authority.\n")
    assert told("list").split()[-1] == "draft"


def test_a_letter_that_could_not_be_written_is_an_error(run, working, tmp_path):
    evidence = execution.Evidence.parse(store().get(run.evidence_digest), name="evidence")
    for entry in evidence.gallery.entries:
        store().path(entry.item.maps["occlusion"].array.sha256).unlink(missing_ok=True)
    with pytest.raises(RetraceError, match=r"RL-.* could not be written: The map of item"):
        told("write", run.pk, ITEM, "--out", tmp_path / "x.pdf", "--as", "ada")
    assert not (tmp_path / "x.pdf").exists()


def test_what_is_not_there_is_refused(run, tmp_path):
    with pytest.raises(Refused, match="does not show an item 'nobody'; it shows phantom-0"):
        told("write", run.pk, "nobody", "--as", "ada")
    with pytest.raises(Refused, match="There are no reports in 'xx'"):
        told("write", run.pk, ITEM, "--language", "xx", "--as", "ada")
    with pytest.raises(Refused, match="does not exist"):
        told("write", run.pk, ITEM, "--out", tmp_path / "nowhere" / "x.pdf", "--as", "ada")
    with pytest.raises(Refused, match="is not the number of a run"):
        told("write", "x", ITEM, "--as", "ada")
    with pytest.raises(Refused, match="There is no letter RL-2026-000009"):
        letter_named("RL-2026-000009")
    with pytest.raises(Refused, match="is not a number such as RL-2026-000001"):
        letter_named("RT-2026-000001")
    assert not Letter.objects.exists()


def test_an_audit_without_evidence_has_no_letters():
    with pytest.raises(Refused, match="has no evidence"):
        told("write", rows.run().pk, ITEM, "--as", "ada")
