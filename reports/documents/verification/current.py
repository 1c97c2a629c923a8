"""Does a report still stand? Answered from the second records that refer to it."""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from auditor.common.said import say
from reports.documents.verification.answers import (
    Answer,
    Examination,
    Standing,
    Verification,
    no,
    unknown,
    yes,
)


class SecondRecord(NamedTuple):
    """A later word on a report: it was withdrawn, or superseded by another; `when` is RFC 3339 text."""

    kind: Literal["withdrawal", "supersession"]
    when: str
    position: int
    by: str = ""
    reason: str = ""


Lookup = Callable[[str], Sequence[SecondRecord] | None]
"""Returns what was recorded later about a report, by its digest before signing; None where it is not known here."""


def nowhere(_: str) -> None:
    """Look nothing up, as an installation that cannot be asked."""


def concluded(found: Examination, lookup: Lookup) -> Verification:
    """Return the four answers; only a report that a trusted log holds is looked up."""
    standing, answer = _standing(found, lookup)
    return Verification(
        **found.model_dump(include={"document", "report"}),
        intact=found.intact,
        trusted=found.trusted,
        included=found.included,
        current=answer,
        standing=standing,
    )


def _standing(found: Examination, lookup: Lookup) -> tuple[Standing, Answer]:
    if not found.included.yes:
        sentence = say("Whether it still stands cannot be said about a file that the ledger is not shown to hold.")
        return Standing.UNKNOWN, unknown(sentence)
    records = lookup(found.document)
    if records is None:
        sentence = say(
            "Whether %(report)s was withdrawn or superseded since is not known here; ask the installation that issued it.",
            report=found.report,
        )
        return Standing.UNKNOWN, unknown(sentence)
    for kind, state in (("withdrawal", Standing.WITHDRAWN), ("supersession", Standing.SUPERSEDED)):
        for record in records:
            if record.kind == kind:
                return state, no(_said(found.report, record))
    return Standing.CURRENT, yes(say("%(report)s was neither withdrawn nor superseded.", report=found.report))


def _said(report: str, record: SecondRecord) -> str:
    said = {"report": report, "when": record.when, "position": str(record.position)}
    if record.kind == "supersession":
        return say(
            "%(report)s was superseded by %(by)s on %(when)s (ledger position %(position)s).", by=record.by, **said
        )
    if record.reason:
        return say(
            "%(report)s was withdrawn on %(when)s (ledger position %(position)s): %(reason)s",
            reason=record.reason,
            **said,
        )
    return say("%(report)s was withdrawn on %(when)s (ledger position %(position)s).", **said)
