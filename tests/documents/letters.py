"""Facts of letters for tests: a decision about a picture or a row, with or without methods that passed."""

from reports.documents.letter.facts import LetterFacts
from reports.documents.snapshot import Declaration
from tests.documents import factory
from tests.documents.trust_factory import trust

STATED = {
    ("identity", "controller"): "City Hospital, 1 Main Street, 12345 Sampletown",
    ("purpose", "automation"): "supported",
    ("purpose", "human_role"): "A doctor looks at every picture and decides.",
    ("rights", "channels"): "City Hospital, 1 Main Street, 12345 Sampletown. Phone: 0123 456",
    ("rights", "authority"): "Data Protection Authority, 2 Law Square, 12345 Sampletown",
}


def declarations(**changes) -> tuple[Declaration, ...]:
    return tuple(
        Declaration(section=section, field=field, text=changes.get(field, text), by="Ada Officer", when="2026-11-20T09:00:00Z")
        for (section, field), text in STATED.items()
        if changes.get(field, text)
    )


def facts(evidence, *, language="en", item=1, stated=None) -> LetterFacts:
    return LetterFacts(
        number="L-2026-000001",
        written_at="2026-11-25T10:00:00Z",
        language=language,
        item=item,
        evidence=evidence,
        evidence_digest=evidence.document_digest(),
        declarations=declarations() if stated is None else stated,
    )


def about_a_picture(store, *, tested=True, **changes) -> LetterFacts:
    evidence = factory.evidence(store, **({"trust": trust()} if tested else {}))
    return facts(evidence, **changes)
