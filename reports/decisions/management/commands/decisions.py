"""Decisions of the register from a console."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reports.decisions.recall.console import add_recall, recall_command
from reports.decisions.retracing.console import add_retrace, retrace_command


class Command(BaseCommand):
    help = "Re-trace a decision, or recall a model version's decisions."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        add_retrace(actions.add_parser("retrace", help="compute a decision again and compare"))
        add_recall(
            actions.add_parser("recall", help="find a model version's decisions and have them reviewed")
        )

    def handle(self, *, action: str, **options: Any) -> None:
        getattr(self, f"_{action}")(**options)

    def _retrace(self, *, number: int, person: str, reason: str, wait: bool, **_: Any) -> None:
        retrace_command(number=number, name=person, reason=reason, wait=wait, write=self.stdout.write)

    def _recall(self, *, model: str, person: str, **options: Any) -> None:
        names = ("reason", "evidence", "reviewer", "known_as", "authority", "wait", "report")
        chosen = {name: options[name] for name in names}
        recall_command(model=model, person_name=person, write=self.stdout.write, **chosen)
