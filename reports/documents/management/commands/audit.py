"""Audit a model on a validation set and write the report: the whole job, for scripts and CI."""

import sys
from argparse import BooleanOptionalAction
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from auditor.audits.services import plan_named
from auditor.explain.plans import NAMES, check_name
from reports.documents.console import Console
from reports.documents.handover import check_target, hand_over
from reports.documents.headless import Headless
from reports.documents.management.surroundings import migrate, worker


class Command(BaseCommand):
    help = (
        "Audit a model on a validation set and write the report. The exit status is 0 only if it was written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--model", type=Path, required=True, help="a folder with model.json and weights")
        parser.add_argument("--data", type=Path, required=True, help="a folder with labels.csv and its items")
        parser.add_argument("--out", type=Path, required=True, help="where to write the PDF")
        parser.add_argument("--plan", default="standard", help=f"one of {', '.join(NAMES)}")
        parser.add_argument("--language", default="en", help=f"one of {', '.join(dict(settings.LANGUAGES))}")
        parser.add_argument(
            "--worker",
            action=BooleanOptionalAction,
            help="start a worker for this job (done by default beside the embedded servers)",
        )

    def handle(self, **options: Any) -> None:
        check_target(options["out"])
        check_name(options["plan"])
        migrate()
        console = Console(sys.stdout)
        with worker(options["worker"]) as alive:
            job = Headless(console, alive)
            version = job.model(options["model"])
            plan = plan_named(options["plan"], version.document.input.kind)
            items = job.validation_set(options["data"])
            report = job.audit(version, items, plan, options["language"])
        hand_over(report, options["out"])
        console.say(
            f"Report {report.number} is in {options['out']} (SHA-256 {report.pdf_digest}, "
            f"ledger position {report.entry_id})."
        )
