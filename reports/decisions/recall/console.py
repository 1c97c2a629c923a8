"""Recalls from a console."""

from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.users import user_named
from reports.decisions.console import finished
from reports.decisions.models import Recall
from reports.decisions.recall.asking import recall_model, recalled, states_of
from reports.decisions.recall.report import write_report
from reports.decisions.state import Reviewer

_LISTED = 20


def add_recall(parser: ArgumentParser) -> None:
    """Add what a recall needs."""
    parser.set_defaults(run=recall_command)
    parser.add_argument("model", metavar="DIGEST", help="the model version")
    parser.add_argument("--as", dest="person", metavar="USER", required=True, help="who recalls it")
    parser.add_argument("--reason", required=True, help="why")
    parser.add_argument("--evidence", default="", metavar="DIGEST", help="the document that shows it")
    parser.add_argument("--reviewer", metavar="USER", help="who is to review all of them")
    parser.add_argument(
        "--authority", default="", help="the reviewer's declared authority to change decisions"
    )
    parser.add_argument(
        "--known-as", action="append", default=[], metavar="NAME", help="a name of theirs in sending systems"
    )
    parser.add_argument("--wait", action="store_true", help="begin the reviews now and wait for them")
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="where to write the recall report, JSON or CSV"
    )


def recall_command(
    command: BaseCommand,
    *,
    model: str,
    person: str,
    reason: str,
    evidence: str,
    reviewer: str | None,
    known_as: Sequence[str],
    authority: str,
    wait: bool,
    report: Path | None,
    **_: Any,
) -> None:
    """Recall a model version, tell its decisions, and write the report; raises as `recall_model`."""
    if report and report.suffix not in (".json", ".csv"):
        raise Refused(say("Name the recall report *.json or *.csv, not %(name)s.", name=report.name))
    whom = Reviewer(reviewer, authority, tuple(known_as)) if reviewer else None
    recall = recall_model(model, reason=reason, by=user_named(person), evidence=evidence, reviewer=whom)
    if wait and whom:
        from reports.decisions.tasks import recall as work_on

        recall = finished(recall, work_on)
    _tell(recall, command.stdout.write)
    if report:
        write_report(recall, report)


def _tell(recall: Recall, write: Callable[[str], object]) -> None:
    write(
        say(
            "Recall %(recall)s: %(decisions)s decisions, %(begun)s reviews begun.",
            recall=str(recall.pk),
            decisions=recall.decisions,
            begun=recall.begun,
        )
    )
    for state, n in states_of(recall).items():
        write(f"  {state}: {n}")
    for number, state in recalled(recall).values_list("pk", "state")[:_LISTED]:
        write(f"{number}  {state}")
    if recall.decisions > _LISTED:
        write(say("The recall report lists all of them (--report FILE)."))
