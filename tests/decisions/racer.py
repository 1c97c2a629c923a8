"""A process that migrates and prepares, that records singly or in a batch, or that counts what is there."""

import json
import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from reports.decisions.errors import EventRefused  # noqa: E402
from reports.decisions.models import Decision, SendingSystem, Subject  # noqa: E402
from reports.decisions.recording.record import record, record_good  # noqa: E402
from reports.decisions.state import Actor, ActorKind, Code, Superseded  # noqa: E402
from reports.decisions.transitions import Change, events_apply  # noqa: E402
from reports.ledger.models import Entry  # noqa: E402
from reports.ledger.services import ledger_break  # noqa: E402
from tests.decisions import drafts  # noqa: E402


def prepare() -> list:
    call_command("migrate", verbosity=0)
    drafts.version()
    return [drafts.system().pk]


def singly() -> list:
    sender = SendingSystem.objects.get()
    return [list(record(sender, draft, now=drafts.NOW))[:2] for draft in drafts.many(60)]


def batch() -> list:
    """Record the same decisions in the order that is asked for, so that two batches meet in the middle."""
    handed = drafts.many(400, start=1000)
    if sys.argv[2] == "backwards":
        handed.reverse()
    answers = record_good(SendingSystem.objects.get(), handed, now=drafts.NOW)
    return sorted(list(answer)[:2] for answer in answers)


def supersede() -> list:
    """Put the last decision in the place of twenty; say which of them this process was the first for."""
    actor, won = Actor(ActorKind.SYSTEM, "scoring"), []
    *numbers, last = Decision.objects.order_by("pk").values_list("pk", flat=True)
    for number in numbers[:20]:
        (answer,) = events_apply([Change(number, Superseded(actor=actor, successor=last))], now=drafts.NOW)
        if isinstance(answer, EventRefused):
            assert answer.code is Code.ALREADY_SUPERSEDED
        else:
            won.append(number)
    return won


def count() -> list:
    return [Decision.objects.count(), Subject.objects.count(), Entry.objects.count(), ledger_break()]


if __name__ == "__main__":
    answer = {"prepare": prepare, "singly": singly, "batch": batch, "supersede": supersede, "count": count}[
        sys.argv[1]
    ]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sys.stdout.write(json.dumps(answer()))
