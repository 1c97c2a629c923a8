"""A process that prepares people, erases them - and is killed at a step -, reconciles, or says what is there."""

import json
import os
import signal
import sys
from base64 import b64encode

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402

from auditor.common.errors import RetraceError  # noqa: E402
from auditor.common.store import Store  # noqa: E402
from reports.decisions.erasure import finishing, services  # noqa: E402
from reports.decisions.erasure.reconciling import erasures_reconcile  # noqa: E402
from reports.decisions.models import Decision, Event, SendingSystem, Subject  # noqa: E402
from reports.decisions.sealed import opened_event, opened_input, opened_record  # noqa: E402
from reports.decisions.subjects import subjects_named  # noqa: E402
from reports.keys.subjects import is_destroyed, subject_key  # noqa: E402
from reports.ledger.services import ledger_break  # noqa: E402
from tests.decisions import drafts, erasing  # noqa: E402

STEPS = {
    "commit": (services, "erasure_finish"),
    "keys": (finishing, "destruction_noted"),
    "documents": (finishing, "statement_of"),
    "certificate": (finishing, "ledger_append"),
    "rows": (services.Erasure.objects, "create"),
}


def prepare() -> None:
    call_command("migrate", verbosity=0)
    erasing.told_subject(User.objects.create_user("ada"))
    for name in STEPS:
        content = b64encode(f"scan of {name}".encode()).decode()
        drafts.recorded(SendingSystem.objects.get(), subject=name, reference=name, input={"content": content})


def erase(identifier: str, step: str = "") -> list:
    """Erase somebody; with a step, die when it comes."""
    if step:
        where, what = STEPS[step]
        setattr(where, what, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
    (subject,) = subjects_named(identifier)
    services.subject_erase(subject.pk, erasing.asked(User.objects.get()))
    return [subject.pk]


def reconcile() -> list:
    return list(erasures_reconcile(store=True))


def state(number: str) -> list:
    """Say of a decision: its state, and whether subject, key and input are gone and the erasure is complete."""
    row = Decision.objects.select_related("subject").get(pk=int(number))
    erasure = row.subject.erasures.first()
    return [
        row.state,
        row.subject.pseudonym is None,
        is_destroyed(row.subject_id),
        not Store.at(settings.STORAGE_URL).has(row.sealed_input),
        bool(erasure and erasure.completion),
    ]


def after(number: str) -> list:
    """Say how a decision was left, reconcile, and say how it stands then."""
    return [state(number), reconcile(), state(number)]


def readable() -> list:
    """Return everything that can still be opened of anybody who is erased."""
    found = []
    for row in Decision.objects.all():
        events = Event.objects.filter(decision=row)
        calls = [lambda row=row: opened_record(row).subject, lambda row=row: opened_input(row).decode()]
        calls += [
            lambda event=event: str(opened_event(event, subject_key(event.decision.subject_id)))
            for event in events
        ]
        for call in calls:
            try:
                found.append(call())
            except RetraceError:
                continue
    return sorted(found)


def check() -> list:
    erased = Subject.objects.filter(erased_at__isnull=False).count()
    emptied = Decision.objects.filter(state="erased", sealed=b"", outcome="").count()
    return [erased, emptied, ledger_break()]


if __name__ == "__main__":
    does = {one.__name__: one for one in (prepare, erase, reconcile, state, after, readable, check)}
    sys.stdout.write(json.dumps(does[sys.argv[1]](*sys.argv[2:])))
