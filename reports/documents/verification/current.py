"""Does a report or a letter still stand? Answered from the second records that refer to it."""

from collections.abc import Callable
from typing import Literal, Protocol

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


class Stands(Protocol):
    """What an installation knows of a document that it issued; `when` is RFC 3339 text."""

    @property
    def state(self) -> Literal["current", "superseded", "withdrawn"]:
        """Return where it stands."""

    @property
    def when(self) -> str:
        """Return since when it does."""

    @property
    def by(self) -> str:
        """Return the number of the report in its place, if there is one."""

    @property
    def reason(self) -> str:
        """Return why it was withdrawn."""


Lookup = Callable[[str], Stands | None]
"""Returns where a document stands, by its digest before signing; None where it is not known here."""


def nowhere(_: str) -> None:
    """Look nothing up, as where no installation can be asked."""


def concluded(found: Examination, lookup: Lookup) -> Verification:
    """Return the four answers; only what a trusted log holds is looked up."""
    standing, answer = _standing(found, lookup)
    return Verification(
        intact=found.intact,
        trusted=found.trusted,
        included=found.included,
        current=answer,
        standing=standing,
        document=found.document,
        kind=found.kind,
        number=found.number,
    )


def _standing(found: Examination, lookup: Lookup) -> tuple[Standing, Answer]:
    if not found.included.yes:
        return Standing.UNKNOWN, unknown(
            say("Whether it still stands cannot be said about a file that the ledger is not shown to hold.")
        )
    stands = lookup(found.document)
    if stands is None:
        return Standing.UNKNOWN, unknown(
            say(
                "Whether %(report)s was withdrawn or superseded since is not known here; ask the installation that "
                "issued it.",
                report=found.number,
            )
        )
    return Standing(stands.state), _answer(found.number, stands)


def _answer(report: str, stands: Stands) -> Answer:
    if stands.state == "current":
        return yes(say("%(report)s was neither withdrawn nor superseded.", report=report))
    if stands.state == "superseded":
        return no(
            say(
                "%(report)s was superseded by %(by)s on %(when)s.",
                report=report,
                by=stands.by,
                when=stands.when,
            )
        )
    return no(
        say(
            "%(report)s was withdrawn on %(when)s: %(reason)s",
            report=report,
            when=stands.when,
            reason=stands.reason,
        )
    )
