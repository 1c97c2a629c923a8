"""The worker's side of a letter: facts to PDF, then kept together with its ledger entry."""

from typing import NamedTuple

from django.conf import settings

from auditor.common.clock import timestamp
from auditor.common.store import Store
from auditor.explain.evidence import Evidence
from reports.documents.declared.queries import declared_in
from reports.documents.letter.facts import LetterFacts
from reports.documents.letter.page import letter_page
from reports.documents.models import Letter
from reports.documents.render import write
from reports.ledger.services import ledger_append

KIND = "letter"


class Written(NamedTuple):
    """A letter in the store, and the facts that it is a pure function of."""

    facts_digest: str
    pdf_digest: str
    pdf_bytes: int


def write_letter(letter: Letter) -> Written:
    """Write a letter and keep it."""
    store = Store.at(settings.STORAGE_URL)
    facts = facts_of(letter, store)
    pdf = write(letter_page(facts, store), issued_at=facts.written_at, identifier=facts.document_digest())
    return Written(store.put(facts.to_bytes()), store.put(pdf), len(pdf))


def keep(letter: Letter, written: Written) -> None:
    """Close the row for good; the digest of the letter enters the ledger."""
    letter.facts_digest, letter.pdf_digest, letter.pdf_bytes = written
    body = {"letter": letter.number, "run": str(letter.run_id), "evidence": letter.run.evidence_digest}
    letter.entry = ledger_append(kind=KIND, subject=written.pdf_digest, body={**body})
    letter.save(update_fields=["facts_digest", "pdf_digest", "pdf_bytes", "entry"])


def facts_of(letter: Letter, store: Store) -> LetterFacts:
    """Return everything that a letter says."""
    run = letter.run
    return LetterFacts(
        number=letter.number,
        written_at=timestamp(letter.requested_at),
        language=letter.language,
        item=letter.item,
        evidence=Evidence.parse(store.get(run.evidence_digest), name="evidence"),
        evidence_digest=run.evidence_digest,
        declarations=declared_in(run),
    )
