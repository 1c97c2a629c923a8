"""The register of decisions on the command line."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reports.decisions.management.erasing import add_actions


class Command(BaseCommand):
    help = "Erase, list what is past its retention, reconcile after a restore, and hand over what is held."

    def add_arguments(self, parser: CommandParser) -> None:
        add_actions(parser.add_subparsers(dest="action", required=True, metavar="ACTION"))

    def handle(self, *, run: Any, **options: Any) -> None:
        run(self, **options)
