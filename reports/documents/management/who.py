"""What commands are given: the person who acts, a run, an item of it, a report, a letter."""

from argparse import ArgumentParser
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User

from auditor.audits.models import Run
from auditor.common.errors import Refused
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
        raise Refused("Name the person who acts with --as USER.")
    if settings.EMBEDDED and name in (None, NAME, REVIEWER):
        demo_officer(), demo_reviewer()
    wanted = name or NAME
    found = User.objects.filter(username=wanted, is_active=True).first()
    if found is None:
        raise Refused(f"There is no active user {wanted!r}; an administrator adds users.")
    return found


def run_named(asked: str) -> Run:
    """Return the run that is named; raises Refused where there is none."""
    try:
        found = Run.objects.filter(pk=UUID(asked)).first()
    except ValueError:
        raise Refused(f"{asked!r} is not the number of a run; its page and its report print it.") from None
    if found is None:
        raise Refused(f"There is no run {asked}; its page and its report print the number.")
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
            f"The gallery of this audit does not show an item {name!r}; it shows {', '.join(held)}."
        )
    return held[name]


def letter_named(number: str) -> Letter:
    """Return the letter with a number, such as RL-2026-000001; raises Refused where there is none."""
    found = Letter.objects.filter(pk=_pk(number, "RL")).first()
    if found is None or found.number != number:
        raise Refused(f"There is no letter {number}; `letter list` names them.")
    return found


def report_named(number: str) -> Report:
    """Return the report with a number, such as RT-2026-000001; raises Refused where there is none."""
    found = Report.objects.filter(pk=_pk(number, "RT")).first()
    if found is None or found.number != number:
        raise Refused(f"There is no report {number}; `report list` names them.")
    return found


def request_named(number: str) -> SignOffRequest:
    """Return the request with a number, such as SO-2026-000001; raises Refused where there is none."""
    found = SignOffRequest.objects.filter(pk=_pk(number, "SO")).first()
    if found is None or found.number != number:
        raise Refused(
            f"There is no request {number}; `report prepare` makes one and `report list` names them."
        )
    return found


def _pk(number: str, kind: str) -> int:
    head, _, digits = number.rpartition("-")
    if not head.startswith(f"{kind}-") or not digits.isdecimal() or len(digits) > 18:
        raise Refused(f"{number!r} is not a number such as {kind}-2026-000001.")
    return int(digits)
