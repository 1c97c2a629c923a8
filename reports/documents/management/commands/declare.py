"""Declare from a file what no measurement can fill."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reports.documents.declared.files import read_declarations
from reports.documents.declared.queries import stated_in
from reports.documents.declared.services import declarations_make
from reports.documents.management.surroundings import migrate
from reports.documents.management.who import add_person, person, run_named


class Command(BaseCommand):
    help = (
        "Declare what a JSON file states about a run, its model and its set; docs/declarations.md says how."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", help="the number of the run")
        parser.add_argument("file", type=Path, help="a JSON object with a text or rows by field id")
        add_person(parser)

    def handle(self, **options: Any) -> None:
        made = read_declarations(options["file"])
        migrate()
        run = run_named(options["run"])
        declarations_make(run=run, made=made, by=person(options["person"]))
        stated = stated_in(run)
        declared = sum(one.current is not None for one in stated)
        self.stdout.write(f"{declared} of {len(stated)} fields are declared for the run {run.pk}.")
