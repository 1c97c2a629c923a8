"""Audit a model on a validation set and write the report: the whole job, for scripts and CI."""

import sys
from argparse import BooleanOptionalAction
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from auditor.audits.services import check_own, check_plan, plan_named, plan_own
from auditor.explain.choosing import read_plan
from auditor.explain.plan import Plan
from auditor.explain.plans import NAMES, check_name
from reports.documents.console import Console
from reports.documents.declared.files import read_declarations
from reports.documents.handover import check_target, hand_over
from reports.documents.headless import Headless
from reports.documents.management.surroundings import migrate, worker
from reports.documents.management.who import add_person, person, run_named


class Command(BaseCommand):
    help = (
        "Audit a model on a validation set and write the report. The exit status is 0 only if it was written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--model", type=Path, required=True, help="a folder with model.json and weights")
        parser.add_argument("--data", type=Path, required=True, help="a folder with labels.csv and its items")
        parser.add_argument("--out", type=Path, required=True, help="where to write the PDF")
        parser.add_argument("--reference", type=Path, help="an earlier set, to measure drift against")
        parser.add_argument(
            "--compare-with", metavar="RUN", help="a finished run, to say the difference from"
        )
        parser.add_argument("--plan", default="standard", help=f"one of {', '.join(NAMES)}, or a JSON file")
        parser.add_argument("--language", default="en", help=f"one of {', '.join(dict(settings.LANGUAGES))}")
        parser.add_argument(
            "--declarations",
            type=Path,
            metavar="FILE",
            help="what you declare; docs/declarations.md says how",
        )
        add_person(parser)
        parser.add_argument(
            "--worker",
            action=BooleanOptionalAction,
            help="start a worker for this job (done by default beside the embedded servers)",
        )

    def handle(self, **options: Any) -> None:
        check_target(options["out"])
        own = None if options["plan"] in NAMES else _own(options["plan"])
        declared = read_declarations(options["declarations"]) if options["declarations"] else {}
        migrate()
        by = person(options["person"]) if declared or options["person"] else None
        earlier = run_named(options["compare_with"]) if options["compare_with"] else None
        console = Console(sys.stdout)
        with worker(options["worker"]) as alive:
            job = Headless(console, alive)
            version = job.model(options["model"])
            plan = plan_own(own) if own else plan_named(options["plan"], version.kind)
            check_plan(plan, version)
            items = job.validation_set(options["data"])
            reference = job.validation_set(options["reference"]) if options["reference"] else None
            report = job.audit(
                version, items, plan, options["language"], reference, earlier, by=by, declared=declared
            )
        hand_over(report, options["out"])
        console.say(
            f"Report {report.number} is in {options['out']} (SHA-256 {report.pdf_digest}, "
            f"ledger position {report.entry_id})."
        )


def _own(plan: str) -> Plan:
    """Return the plan in a file; raises Refused for what is neither a file nor the name of a plan."""
    if not Path(plan).is_file() and Path(plan).suffix != ".json":
        check_name(plan)
    document = read_plan(Path(plan))
    check_own(document)
    return document
