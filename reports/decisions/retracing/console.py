"""Re-traces from a console: asked for, waited for, and told in a line."""

import time
from argparse import ArgumentParser
from collections.abc import Callable

from django.contrib.auth.models import User

from auditor.common.errors import Refused, RetraceError
from auditor.common.said import Said, say
from auditor.jobs.models import State
from reports.decisions.models import Retracing
from reports.decisions.retracing.asking import retrace_ask
from reports.decisions.state import Outcome

_SECONDS = 0.5
_OUTCOMES = {
    Outcome.REPRODUCED: say("reproduced"),
    Outcome.DEVIATES: say("reproduced with deviation"),
    Outcome.NOT_REPRODUCIBLE: say("not reproducible"),
}


def add_retrace(parser: ArgumentParser) -> None:
    """Add what re-tracing a decision needs."""
    parser.add_argument("number", type=int, metavar="NUMBER", help="the decision's number in the register")
    parser.add_argument("--as", dest="person", metavar="USER", required=True, help="who asks")
    parser.add_argument("--reason", default="", help="why; needed where processing is restricted")
    parser.add_argument("--wait", action="store_true", help="re-trace it now and say what came of it")


def retrace_command(
    *, number: int, person: str, reason: str, wait: bool, write: Callable[[str], object]
) -> None:
    """Ask for a re-trace and, where that is wanted, do it here unless a worker does; raises as `retrace_ask`.

    Raises RetraceError where it failed.
    """
    user = User.objects.filter(username=person, is_active=True).first()
    if user is None:
        raise Refused(
            say("There is no active user %(name)s; an administrator adds users.", name=repr(person))
        )
    job = retrace_ask(number, by=user, reason=reason)
    write(_told(_done(job)) if wait else say("Re-trace %(job)s is asked for.", job=str(job.pk)))


def _done(job: Retracing) -> Retracing:
    from reports.decisions.tasks import retrace

    retrace(job.pk)
    job.refresh_from_db()
    while not job.finished:  # a worker was quicker to take it
        time.sleep(_SECONDS)
        job.refresh_from_db()
    if job.state != State.DONE:
        raise RetraceError(job.error)
    return job


def _told(job: Retracing) -> Said:
    return say(
        "Decision %(decision)s: %(outcome)s (%(why)s). Report %(report)s.",
        decision=str(job.decision_id),
        outcome=_OUTCOMES[Outcome(job.outcome)],
        why=", ".join(job.why) or "-",
        report=job.report or "-",
    )
