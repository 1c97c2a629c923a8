"""Check the whole ledger, print or pin its head for somebody outside to keep, export it, or guard its tables."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from auditor.common.errors import Corrupt, Refused
from auditor.common.said import say
from reports.documents.management.surroundings import migrate
from reports.ledger.checkpoint import open_checkpoint
from reports.ledger.export import export_lines
from reports.ledger.hardening import harden
from reports.ledger.pinning.services import check_pins, pin
from reports.ledger.services import (
    ledger_break,
    ledger_checkpoint,
    ledger_continues,
    ledger_verifier,
)


class Command(BaseCommand):
    help = (
        "Recompute the ledger's tree from its entries and check it against every pin (verify), print its head, signed "
        "(checkpoint), pin the head to the places of RETRACE_PINS (pin), or write all of it into a file that "
        "docs/verify_log.py verifies elsewhere (export FILE), or take from the application's role the rights to "
        "change it (harden)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=("verify", "checkpoint", "pin", "export", "harden"))
        parser.add_argument("file", nargs="?", type=Path, help="with export: the file to write")
        parser.add_argument(
            "--since",
            type=Path,
            metavar="CHECKPOINT",
            help="with verify: the file of an earlier checkpoint, which the ledger has to continue",
        )

    def handle(self, **options: Any) -> None:
        what, file = options["what"], options["file"]
        if (what == "export") is (file is None):
            raise CommandError("export takes the file to write, and nothing else takes one")
        migrate()
        match what:
            case "verify":
                self._verify(options["since"])
            case "pin":
                self._pin()
            case "export":
                _export(file)
            case "harden":
                self._harden()
        if what in ("verify", "checkpoint"):
            self.stdout.write(ledger_checkpoint(), ending="")

    def _verify(self, since: Path | None) -> None:
        broken = ledger_break()
        if broken is None and since is not None:
            broken = ledger_continues(open_checkpoint(_text(since), [ledger_verifier()]))
        if broken:
            raise Corrupt(broken)
        for place, pins in check_pins():
            self.stderr.write(f"{place}: {'kept by people' if pins is None else f'{pins} pins continued'}")

    def _pin(self) -> None:
        named = pin()
        if not named:
            raise Refused(
                say("No place to pin to is set; RETRACE_PINS in docker/README.md says which there are.")
            )
        for place in named:
            self.stdout.write(place)

    def _harden(self) -> None:
        address = os.environ.get("RETRACE_ADMIN_DATABASE_URL", "")
        if not address:
            raise Refused(
                say("RETRACE_ADMIN_DATABASE_URL is not set: the database's address as a superuser.")
            )
        self.stdout.write(f"{harden(address)}: SELECT, INSERT, REFERENCES")


def _export(target: Path) -> None:
    """Write the export beside its place and move it there when it is complete."""
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with unfinished.open("xb") as stream:
            stream.writelines(export_lines())
        unfinished.replace(target)
    except OSError as error:
        raise Refused(
            say("%(path)s could not be written: %(why)s.", path=str(target), why=error.strerror or str(error))
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(
            say("%(path)s could not be read as a checkpoint: %(why)s.", path=str(path), why=str(error))
        ) from error
