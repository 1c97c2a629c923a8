"""Check the whole ledger, or print its head for somebody outside to keep."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from auditor.common.errors import Corrupt, Refused
from auditor.common.said import say
from reports.documents.management.surroundings import migrate
from reports.ledger.checkpoint import open_checkpoint
from reports.ledger.services import (
    ledger_break,
    ledger_checkpoint,
    ledger_continues,
    ledger_verifier,
)


class Command(BaseCommand):
    help = "Recompute the ledger's tree from its entries (verify), or print its head, signed (checkpoint)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=("verify", "checkpoint"))
        parser.add_argument(
            "--since",
            type=Path,
            metavar="CHECKPOINT",
            help="with verify: the file of an earlier checkpoint, which the ledger has to continue",
        )

    def handle(self, **options: Any) -> None:
        migrate()
        if options["what"] == "verify":
            _verify(options["since"])
        self.stdout.write(ledger_checkpoint(), ending="")


def _verify(since: Path | None) -> None:
    broken = ledger_break()
    if broken is None and since is not None:
        broken = ledger_continues(open_checkpoint(_text(since), [ledger_verifier()]))
    if broken:
        raise Corrupt(broken)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(
            say("%(path)s could not be read as a checkpoint: %(why)s.", path=str(path), why=str(error))
        ) from error
