"""The worker's side of a letter: facts to PDF, logged, signed with the log's proof, and kept; a draft is only kept."""

import secrets
from datetime import datetime
from typing import NamedTuple

from django.conf import settings

from auditor.common.clock import Clock, timestamp, utc_now
from auditor.common.digest import sha256
from auditor.common.store import Store
from auditor.explain.evidence import Evidence
from reports.documents.declared.queries import declared_in
from reports.documents.finishing import finish
from reports.documents.issuing.recording import begun, close, recorded
from reports.documents.issuing.sealing import Seal, room
from reports.documents.letter.facts import LetterFacts
from reports.documents.letter.page import letter_page
from reports.documents.models import Letter
from reports.documents.printing import drawn
from reports.documents.signing.block import Signable

_SALT_BYTES = 32


class Written(NamedTuple):
    """A letter in the store, and the facts that it is a pure function of; a draft has no entry in the ledger."""

    facts_digest: str
    document_digest: str
    pdf_digest: str
    pdf_bytes: int
    entry_id: int | None = None


def write_letter(letter: Letter, now: Clock = utc_now) -> Written:
    """Write a letter, record it in the ledger, sign it together with the ledger's proof, and keep it.

    A draft is neither recorded nor signed. Repeated after a worker died, a letter says the same and finds the entry
    that was made. Raises RetraceError where something that it needs is missing, where keys cannot be used or a
    time-stamp authority does not answer.
    """
    store = Store.at(settings.STORAGE_URL)
    seal = Seal.of(store)
    with room():
        said = begun(letter)
        facts = facts_of(letter, store) if said is None else LetterFacts.parse(store.get(said), name="facts")
        rendered, kept = render_letter(facts, store), store.put(facts.to_bytes())
        if facts.missing:
            return Written(kept, sha256(rendered), store.put(rendered), len(rendered))
        sealed = seal.on(
            lambda out: out.write_bytes(rendered),
            Signable("letter", facts.language),
            lambda document: recorded(letter, digest=document, says=kept),
            now,
        )
    return Written(facts_digest=kept, **sealed._asdict())


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
    """Close the row for good."""
    close(letter, written._asdict())


def facts_of(letter: Letter, store: Store) -> LetterFacts:
    """Return everything that a letter says."""
    run = letter.run
    return LetterFacts(
        number=letter.number,
        salt=secrets.token_hex(_SALT_BYTES),
        written_at=timestamp(letter.requested_at),
        language=letter.language,
        item=letter.item,
        evidence=Evidence.parse(store.get(run.evidence_digest), name="evidence"),
        evidence_digest=run.evidence_digest,
        declarations=declared_in(run),
    )
