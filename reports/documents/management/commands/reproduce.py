"""Make a report again from the evidence and the statement in it, and say whether the same bytes come out."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.language import said
from reports.documents.management.surroundings import migrate
from reports.documents.queries import standing_of, store
from reports.documents.reproduction import reproduce, unsigned
from reports.documents.verification.trust import trust
from reports.documents.verification.verify import verify_file


class Command(BaseCommand):
    help = (
        "Make a report again from evidence.json and statement.json in it, with the arrays in this installation's "
        "store, and compare it byte for byte with what was signed. The exit status is 0 only if both are the same."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("report", type=Path, help="the PDF")

    def handle(self, **options: Any) -> None:
        migrate()
        path = options["report"]
        found = verify_file(path, str(path), trust(), standing_of)
        for answer in (found.intact, found.trusted, found.included):
            if not answer.yes:
                raise Refused(say("Only a report that verifies is made again: %(why)s", why=answer.sentence))
        if found.kind == "letter":
            raise Refused(say("Only reports are made again; a letter does not carry what it was made from."))
        outcome = reproduce(unsigned(path, found.document), store())
        if not outcome.reproduced:
            raise Refused(outcome.sentence)
        self.stdout.write(said(outcome.sentence))
