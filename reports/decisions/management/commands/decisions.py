"""Decisions of the register from a console."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reports.decisions.management.importing import add_import
from reports.decisions.recall.console import add_recall
from reports.decisions.retracing.console import add_retrace


class Command(BaseCommand):
    help = "Import decisions, re-trace one, or recall all of a model version."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        add_import(actions.add_parser("import", help="record the decisions of a CSV file"))
        add_retrace(actions.add_parser("retrace", help="compute a decision again and compare"))
        add_recall(
            actions.add_parser("recall", help="find a model version's decisions and have them reviewed")
        )

    def handle(self, *, run: Any, **options: Any) -> None:
        run(self, **options)
