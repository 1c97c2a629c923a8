"""Letters as rows: asked for, written by a worker, signed and logged once like reports, refused to change."""

import io

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from pypdf import PdfReader

from auditor.audits.models import Run
from auditor.common.canonical import canonical
from auditor.common.digest import sha256
from auditor.common.errors import Refused
from auditor.jobs.models import State
from auditor.jobs.work import work
from reports.documents.declared.services import declaration_make
from reports.documents.issuing import sealing
from reports.documents.letter import execution
from reports.documents.letter.execution import keep, render_letter, write_letter
from reports.documents.letter.facts import LetterFacts
from reports.documents.letter.services import letter_request
from reports.documents.models import Letter
from reports.documents.queries import standing_of, store
from reports.documents.verification.answers import Standing
from reports.documents.verification.current import nowhere
from reports.documents.verification.trust import trust
from reports.documents.verification.verify import verify_file
from reports.ledger.models import Entry
from tests.documents.writing import declare_all, run_with_evidence, written

pytestmark = pytest.mark.django_db
ITEM = 1


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada")


@pytest.fixture
def run(ada) -> Run:
    found = run_with_evidence()
    declare_all(found, ada)
    return found


@pytest.fixture
def waiting(run, ada) -> Letter:
    return letter_request(run=run, item=ITEM, language="en", by=ada)


@pytest.fixture
def letter(waiting) -> Letter:
    return written(waiting)


def path_of(letter: Letter):
    return store().checked_path(letter.pdf_digest)


def facts_in(letter: Letter) -> LetterFacts:
    return LetterFacts.parse(store().get(letter.facts_digest), name="facts")


def refused(**changes) -> pytest.ExceptionInfo:
    given = {"run": Run.objects.first(), "item": ITEM, "language": "en", "by": None} | changes
    with pytest.raises(Refused) as found:
        letter_request(**given)
    assert not Letter.objects.exists()
    return found


def test_it_waits_for_a_worker_and_remembers_who_asked(waiting, ada):
    assert (waiting.state, waiting.requested_by, waiting.item) == (State.WAITING, ada, ITEM)
    assert waiting.number == f"RL-{waiting.requested_at.year}-{waiting.pk:06d}"
    assert (waiting.entry, waiting.pdf_digest, waiting.draft) == (None, "", False)


def test_what_cannot_be_written_about_is_refused(run):
    refused(language="xx").match("There are no reports in 'xx'")
    refused(item=999).match("does not hold item 999")
    refused(run=Run()).match("has no evidence")


def test_it_is_signed_and_verifies_here_and_elsewhere(letter, capsys):
    found = verify_file(path_of(letter), "letter.pdf", trust(), standing_of)
    assert found.holds
    assert (found.kind, found.number, found.document, found.standing) == (
        "letter", letter.number, letter.document_digest, Standing.CURRENT,
    )  # fmt: skip
    call_command("verify", str(path_of(letter)))
    said = capsys.readouterr().out
    assert [line.split()[:2] for line in said.splitlines()] == [
        ["intact", "yes"], ["trusted", "yes"], ["included", "yes"], ["current", "yes"],
    ]  # fmt: skip
    assert f"recorded letter {letter.number} at position {letter.entry_id}" in said
    with pytest.raises(Refused, match="a letter does not carry what it was made from"):
        call_command("reproduce", str(path_of(letter)))
    elsewhere = verify_file(path_of(letter), "letter.pdf", trust(), nowhere)
    assert elsewhere.holds
    assert elsewhere.standing == Standing.UNKNOWN


def test_one_changed_byte_is_found(letter, tmp_path):
    content = bytearray(path_of(letter).read_bytes())
    content[len(content) // 3] ^= 1
    (tmp_path / "x.pdf").write_bytes(content)
    assert not verify_file(tmp_path / "x.pdf", "x.pdf", trust(), standing_of).holds


def test_the_signed_file_begins_with_the_rendered_bytes_which_are_a_function_of_the_facts(letter):
    content, facts = path_of(letter).read_bytes(), facts_in(letter)
    rendered = render_letter(facts, store())
    assert content.startswith(rendered)
    assert sha256(rendered) == letter.document_digest
    assert letter.pdf_bytes == len(content)
    assert facts.number == letter.number


def test_a_letter_carries_nothing_about_other_people(letter):
    assert list(PdfReader(io.BytesIO(path_of(letter).read_bytes())).attachments) == ["ledger-proof.txt"]


def test_its_entry_holds_digests_and_numbers_only(letter):
    body = letter.entry.body
    assert letter.entry.kind == "letter"
    assert body == {
        "letter": letter.number,
        "run": str(letter.run_id),
        "evidence": letter.run.evidence_digest,
        "snapshot": letter.facts_digest,
        "subject": letter.document_digest,
    }
    assert facts_in(letter).entry.item.entry.id not in canonical(body).decode()


def test_nobody_finds_by_trying_whom_an_entry_is_about(letter):
    """Whoever holds the evidence and all that was declared lacks the salt, and so gets other digests."""
    facts = facts_in(letter)
    assert len(bytes.fromhex(facts.salt)) == 32
    guess = facts.model_copy(update={"salt": "00" * 32})
    assert guess.document_digest() != letter.facts_digest
    assert sha256(render_letter(guess, store())) != letter.document_digest


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE documents_letter SET pdf_digest = ''",
        "UPDATE documents_letter SET state = 'waiting', entry_id = NULL",
        "UPDATE documents_letter SET item = 0",
        "DELETE FROM documents_letter",
        "TRUNCATE documents_letter CASCADE",
    ],
)
@pytest.mark.parametrize("whole", [True, False])
def test_the_database_refuses_to_change_a_letter_that_was_written_or_a_draft(run, ada, statement, whole):
    if not whole:
        declaration_make(run=run, field="rights.authority", text="", by=ada)
    found = written(letter_request(run=run, item=ITEM, language="en", by=ada))
    assert found.draft != whole
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(statement)
    with pytest.raises(TypeError, match="never deleted"):
        found.delete()


def test_a_draft_is_neither_signed_nor_logged_and_is_no_letter_to_verify(run, ada):
    declaration_make(run=run, field="rights.authority", text="", by=ada)
    draft = written(letter_request(run=run, item=ITEM, language="en", by=ada))
    assert (draft.state, draft.entry, draft.draft) == (State.DONE, None, True)
    assert not Entry.objects.filter(kind="letter").exists()
    assert facts_in(draft).missing == ("rights.authority",)
    assert "Do not send this letter yet" in PdfReader(path_of(draft)).pages[0].extract_text()
    found = verify_file(path_of(draft), "draft.pdf", trust(), standing_of)
    assert "carries no signature" in found.intact.sentence
    assert not found.holds
    assert standing_of(draft.document_digest) is None


def test_a_worker_that_dies_after_the_entry_is_followed_by_one_that_says_the_same(waiting, ada, monkeypatch):
    def killed(*_: object) -> None:
        raise SystemExit(9)

    with monkeypatch.context() as patched:
        patched.setattr(sealing, "sign_file", killed)
        with pytest.raises(SystemExit):
            work(Letter, waiting.pk, compute=write_letter, settle=keep)
    (entry,) = Entry.objects.filter(kind="letter")
    Letter.objects.filter(pk=waiting.pk).update(state=State.WAITING, claim=None, lease_until=None)
    declaration_make(run=waiting.run, field="rights.authority", text="Another authority", by=ada)
    letter = written(waiting)
    assert letter.entry == entry
    assert Entry.objects.filter(kind="letter").count() == 1
    assert "Another authority" not in facts_in(letter).declared("rights", "authority")
    assert verify_file(path_of(letter), "letter.pdf", trust(), standing_of).holds


def test_a_letter_that_cannot_be_drawn_fails_with_a_sentence_and_nothing_is_logged(waiting):
    facts = execution.facts_of(waiting, store())
    store().path(facts.entry.item.maps["occlusion"].array.sha256).unlink()
    assert not work(Letter, waiting.pk, compute=write_letter, settle=keep)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.entry, waiting.pdf_digest) == (State.FAILED, None, "")
    assert "is not in the store; restore it" in waiting.error
    assert not Entry.objects.filter(kind="letter").exists()


def test_nothing_is_signed_inside_a_transaction(waiting, monkeypatch):
    depth, seen, signs = len(connection.savepoint_ids), [], sealing.sign_file

    def watched(*given: object) -> None:
        seen.append(len(connection.savepoint_ids))
        signs(*given)

    monkeypatch.setattr(sealing, "sign_file", watched)
    written(waiting)
    assert seen == [depth]


@pytest.mark.parametrize("language", [name for name, _ in settings.LANGUAGES])
def test_it_speaks_the_language_that_was_chosen(run, ada, language):
    letter = written(letter_request(run=run, item=ITEM, language=language, by=ada))
    reader = PdfReader(path_of(letter))
    assert reader.root_object["/Lang"] == language
    assert {
        "en": "About the decision in your case",
        "de": "Über die Entscheidung in Ihrem Fall",
        "fr": "La décision dans votre cas",
    }[language] in reader.pages[0].extract_text()
