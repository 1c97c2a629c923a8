"""Importing decisions on the command line."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from auditor.common.errors import RetraceError
from auditor.common.said import say
from reports.decisions.importing import import_file
from reports.decisions.recording.batch import BatchRefused
from reports.decisions.recording.rows import Mistake
from reports.decisions.systems import system_named


def add_import(parser: ArgumentParser) -> None:
    """Add what an import needs."""
    parser.set_defaults(run=import_command)
    parser.add_argument("file", type=Path, metavar="FILE", help="docs/recording.md lists the columns")
    parser.add_argument("--system", required=True, metavar="NAME", help="the system that took them")
    parser.add_argument(
        "--keep",
        action="store_true",
        help="record the good rows in spite of bad ones; without it, one bad row is enough to record nothing",
    )


def import_command(command: BaseCommand, *, file: Path, system: str, keep: bool, **_: Any) -> None:
    """Record the decisions of a CSV file and name the rows that are refused; raises as `import_file`."""
    try:
        done = import_file(file, system_named(system), keep=keep)
    except BatchRefused as refused:
        _name(command, refused.mistakes)
        raise
    _name(command, done.mistakes)
    command.stdout.write(
        say(
            "Decisions recorded: %(new)s; there before: %(repeated)s; rows refused: %(refused)s.",
            new=done.new,
            repeated=done.repeated,
            refused=done.refused,
        )
    )
    if done.refused:
        raise RetraceError(say("Correct the rows that are named and import the file again."))


def _name(command: BaseCommand, mistakes: tuple[Mistake, ...]) -> None:
    for one in mistakes:
        column = f", column {one.field}" if one.field else ""
        command.stderr.write(f"line {one.line}{column}: {one.sentence}")
