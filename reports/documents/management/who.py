"""What commands are given: the person who acts, a run, an item of it, a report, a letter."""

from argparse import ArgumentParser
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User

from auditor.audits.models import Run
from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.users import user_named
from reports.documents.models import Letter, Report, SignOffRequest
from reports.documents.officer import NAME, REVIEWER, demo_officer, demo_reviewer
from reports.documents.queries import evidence_by_digest
from reports.documents.services import check_evidence


def add_person(parser: ArgumentParser) -> None:
    """Let a command be told who acts."""
    parser.add_argument(
        "--as", dest="person", metavar="USER", help="who acts (beside the embedded servers: the demo officer)"
    )


def person(name: str | None) -> User:
    """Return the person with a name, beside the embedded servers the demo officer; raises Refused."""
    if name is None and not settings.EMBEDDED:
        raise Refused(say("Name the person who acts with --as USER."))
    if settings.EMBEDDED and name in (None, NAME, REVIEWER):
        demo_officer(), demo_reviewer()
    return user_named(name or NAME)


def run_named(asked: str) -> Run:
    """Return the run that is named; raises Refused where there is none."""
    try:
        found = Run.objects.filter(pk=UUID(asked)).first()
    except ValueError:
        raise Refused(
            say("%(asked)s is not the number of a run; its page and its report print it.", asked=repr(asked))
        ) from None
    if found is None:
        raise Refused(
            say("There is no run %(asked)s; its page and its report print the number.", asked=asked)
        )
    return found


def item_named(run: Run, name: str) -> int:
    """Return the index of an item that the gallery of a run shows; raises Refused where it shows none of that name."""
    check_evidence(run)
    held = {
        entry.item.entry.id: entry.item.index
        for entry in evidence_by_digest(run.evidence_digest).gallery.entries
    }
    if name not in held:
        raise Refused(
            say(
                "The gallery of this audit does not show an item %(item)s; it shows %(shown)s.",
                item=repr(name),
                shown=", ".join(held),
            )
        )
    return held[name]


def letter_named(number: str) -> Letter:
    """Return the letter with a number, such as RL-2026-000001; raises Refused where there is none."""
    found = Letter.objects.filter(pk=_pk(number, "RL")).first()
    if found is None or found.number != number:
        raise Refused(say("There is no letter %(number)s; `letter list` names them.", number=number))
    return found


def report_named(number: str) -> Report:
    """Return the report with a number, such as RT-2026-000001; raises Refused where there is none."""
    found = Report.objects.filter(pk=_pk(number, "RT")).first()
    if found is None or found.number != number:
        raise Refused(say("There is no report %(number)s; `report list` names them.", number=number))
    return found


def request_named(number: str) -> SignOffRequest:
    """Return the request with a number, such as SO-2026-000001; raises Refused where there is none."""
    found = SignOffRequest.objects.filter(pk=_pk(number, "SO")).first()
    if found is None or found.number != number:
        raise Refused(
            say(
                "There is no request %(number)s; `report prepare` makes one and `report list` names them.",
                number=number,
            )
        )
    return found


def _pk(number: str, kind: str) -> int:
    head, _, digits = number.rpartition("-")
    if not head.startswith(f"{kind}-") or not digits.isdecimal() or len(digits) > 18:
        raise Refused(
            say(
                "%(number)s is not a number such as %(example)s.",
                number=repr(number),
                example=f"{kind}-2026-000001",
            )
        )
    return int(digits)
