"""Re-traces from a console: asked for, waited for, and told in a line."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from auditor.common.said import Said, say
from auditor.users import user_named
from reports.decisions.console import finished
from reports.decisions.models import Retracing
from reports.decisions.retracing.asking import retrace_ask
from reports.decisions.state import Outcome

_OUTCOMES = {
    Outcome.REPRODUCED: say("reproduced"),
    Outcome.DEVIATES: say("reproduced with deviation"),
    Outcome.NOT_REPRODUCIBLE: say("not reproducible"),
}


def add_retrace(parser: ArgumentParser) -> None:
    """Add what re-tracing a decision needs."""
    parser.set_defaults(run=retrace_command)
    parser.add_argument("number", type=int, metavar="NUMBER", help="the decision's number in the register")
    parser.add_argument("--as", dest="person", metavar="USER", required=True, help="who asks")
    parser.add_argument("--reason", default="", help="why; needed where processing is restricted")
    parser.add_argument("--wait", action="store_true", help="re-trace it now and say what came of it")


def retrace_command(
    command: BaseCommand, *, number: int, person: str, reason: str, wait: bool, **_: Any
) -> None:
    """Ask for a re-trace and, where that is wanted, do it here unless a worker does; raises as `retrace_ask`.

    Raises RetraceError where it failed.
    """
    job = retrace_ask(number, by=user_named(person), reason=reason)
    if wait:
        from reports.decisions.tasks import retrace

        command.stdout.write(_told(finished(job, retrace)))
        return
    command.stdout.write(say("Re-trace %(job)s is asked for.", job=str(job.pk)))


def _told(job: Retracing) -> Said:
    return say(
        "Decision %(decision)s: %(outcome)s (%(why)s). Report %(report)s.",
        decision=str(job.decision_id),
        outcome=_OUTCOMES[Outcome(job.outcome)],
        why=", ".join(job.why) or "-",
        report=job.report or "-",
    )
