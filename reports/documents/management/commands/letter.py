"""Write letters to data subjects from a console, list them and fetch them."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.jobs.models import State
from reports.documents.handover import check_target, hand_over
from reports.documents.letter.facts import LetterFacts, titles
from reports.documents.letter.services import letter_request
from reports.documents.management.surroundings import migrate
from reports.documents.management.waiting import done
from reports.documents.management.who import add_person, item_named, letter_named, person, run_named
from reports.documents.models import Letter
from reports.documents.queries import store


class Command(BaseCommand):
    help = (
        "Write a letter to the person whom one decision of an audit was about, list letters, or fetch one. A letter is "
        "signed and in the ledger; where a statement that it needs is missing, it is a draft without either."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parts = parser.add_subparsers(dest="what", required=True)
        write = parts.add_parser("write", help="write a letter, or only ask for it")
        write.add_argument("run", help="the number of the run")
        write.add_argument("item", help="the item as the gallery of the run calls it")
        write.add_argument("--language", help="of the reader; the run's, unless another is named")
        write.add_argument(
            "--out", type=Path, metavar="FILE", help="where to write it; without, only ask as the page does"
        )
        add_person(write)
        fetch = parts.add_parser("fetch", help="write a letter that is there to a file")
        fetch.add_argument("number", help="the number of the letter, such as RL-2026-000001")
        fetch.add_argument("--out", type=Path, metavar="FILE", required=True, help="where to write it")
        listing = parts.add_parser("list", help="list letters")
        listing.add_argument("run", nargs="?", help="about this run alone")

    def handle(self, **options: Any) -> None:
        if options.get("out"):
            check_target(options["out"])
        migrate()
        getattr(self, f"_{options['what']}")(**options)

    def _write(self, *, run: str, item: str, language: str | None, out: Path | None, **options: Any) -> None:
        found = run_named(run)
        by = person(options["person"])
        letter = letter_request(
            run=found, item=item_named(found, item), language=language or found.language, by=by
        )
        if out is None:
            self.stdout.write(f"Letter {letter.number} is asked for; `letter list` says when it is there.")
            return
        self._hand_over(done(letter), out)

    def _fetch(self, *, number: str, out: Path, **_: Any) -> None:
        letter = letter_named(number)
        if letter.state != State.DONE:
            raise Refused(
                say(
                    "%(number)s is not there yet, its state is %(state)s; `letter list` names those that are.",
                    number=number,
                    state=str(letter.state),
                )
            )
        self._hand_over(letter, out)

    def _list(self, *, run: str | None, **_: Any) -> None:
        wanted = {"run": run_named(run)} if run else {}
        for letter in Letter.objects.filter(**wanted):
            state = "draft" if letter.draft else letter.state
            self.stdout.write(f"{letter.number}  {letter.run_id}  {letter.item}  {letter.language}  {state}")

    def _hand_over(self, letter: Letter, out: Path) -> None:
        hand_over(letter, out)
        if letter.draft:
            facts = LetterFacts.parse(store().get(letter.facts_digest), name="facts")
            lacks = "; ".join(titles(facts.missing))
            self.stdout.write(
                f"{letter.number} is a draft in {out}; do not send it. Nothing is declared about: {lacks}."
            )
            return
        self.stdout.write(
            f"Letter {letter.number} is in {out} (SHA-256 {letter.pdf_digest}, ledger position {letter.entry_id})."
        )
