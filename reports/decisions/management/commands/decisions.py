"""Decisions from files, for systems that do not call the API."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from auditor.common.errors import RetraceError
from auditor.common.said import say
from reports.decisions.importing import import_file
from reports.decisions.recording.batch import BatchRefused
from reports.decisions.recording.rows import Mistake
from reports.decisions.systems import system_named


class Command(BaseCommand):
    help = "Import decisions from a CSV file; docs/recording.md lists the columns."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        add = actions.add_parser("import", help="record the decisions of a CSV file")
        add.add_argument("file", type=Path, metavar="FILE")
        add.add_argument("--system", required=True, metavar="NAME", help="the system that took them")
        add.add_argument(
            "--keep",
            action="store_true",
            help="record the good rows in spite of bad ones; without it, one bad row is enough to record nothing",
        )

    def handle(self, *, file: Path, system: str, keep: bool, **options: Any) -> None:
        try:
            done = import_file(file, system_named(system), keep=keep)
        except BatchRefused as refused:
            self._name(refused.mistakes)
            raise
        self._name(done.mistakes)
        self.stdout.write(
            say(
                "Decisions recorded: %(new)s; there before: %(repeated)s; rows refused: %(refused)s.",
                new=done.new,
                repeated=done.repeated,
                refused=done.refused,
            )
        )
        if done.refused:
            raise RetraceError(say("Correct the rows that are named and import the file again."))

    def _name(self, mistakes: tuple[Mistake, ...]) -> None:
        for one in mistakes:
            column = f", column {one.field}" if one.field else ""
            self.stderr.write(f"line {one.line}{column}: {one.sentence}")
