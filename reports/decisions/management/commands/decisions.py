"""Decisions of the register from a console."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reports.decisions.retracing.console import add_retrace, retrace_command


class Command(BaseCommand):
    help = "Re-trace a decision."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        add_retrace(actions.add_parser("retrace", help="compute a decision again and compare"))

    def handle(
        self, *, number: int, person: str, reason: str, wait: bool, action: str, **options: Any
    ) -> None:
        retrace_command(number=number, person=person, reason=reason, wait=wait, write=self.stdout.write)
