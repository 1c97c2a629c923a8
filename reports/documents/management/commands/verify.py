"""Answer four questions about a report or a letter, offline: intact, trusted, included in the ledger, current."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.language import said
from reports.documents.management.surroundings import migrate
from reports.documents.printable import visible
from reports.documents.queries import standing_of
from reports.documents.verification.answers import Verification
from reports.documents.verification.current import nowhere
from reports.documents.verification.trust import trust
from reports.documents.verification.verify import verify_file

QUESTIONS = ("intact", "trusted", "included", "current")


class Command(BaseCommand):
    help = (
        "Say whether a report or a letter is intact, who signed it, whether the ledger holds it and whether it still "
        "stands. The exit status is 0 only if the first three are so and it was not withdrawn; one that was "
        "superseded still holds for its time. With --trust and --log-key nothing of an installation is needed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("report", type=Path, help="the PDF")
        parser.add_argument(
            "--trust",
            type=Path,
            metavar="FILE",
            help="certificates in PEM to trust instead of this installation's",
        )
        parser.add_argument(
            "--log-key",
            metavar="KEY",
            help="the key of the ledger to trust, as `manage.py keys` or the page /verify/ prints it",
        )

    def handle(self, **options: Any) -> None:
        foreign = options["trust"] and options["log_key"]
        if not foreign:
            migrate()
        whom = trust(options["trust"], options["log_key"])
        found = verify_file(
            options["report"], str(options["report"]), whom, nowhere if foreign else standing_of
        )
        self._tell(found)
        if not found.holds:
            failed = [name for name in QUESTIONS if not getattr(found, name).yes]
            raise Refused(
                say("%(name)s does not hold: look at %(failed)s.", name=str(options["report"]), failed=failed)
            )

    def _tell(self, found: Verification) -> None:
        for name in QUESTIONS:
            answer = getattr(found, name)
            self.stdout.write(f"{name:<9} {answer.outcome:<8} {visible(said(answer.sentence))}")
