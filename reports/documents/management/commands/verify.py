"""Say, offline, whether a report's bytes are those that the ledger recorded."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from auditor.common.errors import Refused
from reports.documents.management.surroundings import migrate
from reports.documents.queries import recorded
from reports.documents.verify import verify
from reports.ledger.services import ledger_break


class Command(BaseCommand):
    help = "Say whether a report is, byte for byte, one that this installation's ledger recorded."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("report", type=Path, help="the PDF")

    def handle(self, **options: Any) -> None:
        try:
            content = options["report"].read_bytes()
        except OSError as error:
            raise Refused(f"{options['report']} could not be read: {error.strerror}.") from error
        migrate()
        found = verify(content, recorded)
        if not found.holds:
            raise Refused(found.sentence)
        broken = ledger_break()
        if broken:
            raise Refused(f"{found.sentence} But the ledger itself no longer holds together: {broken}")
        self.stdout.write(found.sentence)
