"""The worker's side of a letter: facts to PDF, then kept together with its ledger entry."""

from datetime import datetime
from typing import NamedTuple

from django.conf import settings

from auditor.common.clock import timestamp
from auditor.common.store import Store
from auditor.explain.evidence import Evidence
from reports.documents.declared.queries import declared_in
from reports.documents.finishing import finish
from reports.documents.letter.facts import LetterFacts
from reports.documents.letter.page import letter_page
from reports.documents.models import Letter
from reports.documents.printing import drawn
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
    pdf = render_letter(facts, store)
    return Written(store.put(facts.to_bytes()), store.put(pdf), len(pdf))


def render_letter(facts: LetterFacts, store: Store) -> bytes:
    """Return a letter as PDF/A-3a and PDF/UA-1; raises RetraceError where what it is drawn from is missing."""
    return drawn(
        letter_page(facts, store),
        datetime.fromisoformat(facts.written_at),
        pdf_variant="pdf/a-3a",
        pdf_identifier=facts.document_digest()[:32].encode(),
        finisher=finish,
    )


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
