"""Prepare, sign off, withdraw and list reports from a console."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reports.documents.handover import check_target, hand_over, write_out
from reports.documents.management.surroundings import migrate
from reports.documents.management.waiting import done
from reports.documents.management.who import add_person, report_named, request_named, run_named
from reports.documents.management.who import person as _person
from reports.documents.queries import reports_of, store
from reports.documents.services import report_withdraw
from reports.documents.signoff.queries import requests, where_is
from reports.documents.signoff.services import report_prepare, report_send_back, report_sign_off
from reports.documents.standing import standing


class Command(BaseCommand):
    help = (
        "Prepare a final report, sign it off or send it back, withdraw an issued one, or list what there is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parts = parser.add_subparsers(dest="what", required=True)
        prepare = parts.add_parser("prepare", help="prepare a final report of a run for another to sign off")
        prepare.add_argument("run", help="the number of the run")
        prepare.add_argument("--language", help="the run's, unless another is named")
        prepare.add_argument("--preview", type=Path, metavar="FILE", help="where to write the preview")
        sign = parts.add_parser("sign-off", help="sign a prepared report off and issue it")
        sign.add_argument("number", help="the number of the request, such as SO-2026-000001")
        sign.add_argument("--statement", required=True, help="what you state; the cover prints it")
        sign.add_argument("--out", type=Path, metavar="FILE", help="where to write the report")
        back = parts.add_parser("send-back", help="send a prepared report back")
        back.add_argument("number", help="the number of the request, such as SO-2026-000001")
        back.add_argument("--reason", required=True)
        withdraw = parts.add_parser("withdraw", help="withdraw an issued report")
        withdraw.add_argument("number", help="the number of the report, such as RT-2026-000001")
        withdraw.add_argument("--reason", required=True)
        listing = parts.add_parser("list", help="list reports and requests")
        listing.add_argument("run", nargs="?", help="of this run alone")
        for part in (prepare, sign, back, withdraw):
            add_person(part)

    def handle(self, **options: Any) -> None:
        targets = [options[name] for name in ("preview", "out") if options.get(name)]
        for target in targets:
            check_target(target)
        migrate()
        getattr(self, f"_{options['what'].replace('-', '_')}")(**options)

    def _prepare(
        self, *, run: str, language: str | None, preview: Path | None, person: str | None, **_: Any
    ) -> None:
        found, by = run_named(run), _person(person)
        request = report_prepare(run=found, language=language or found.language, by=by)
        request = done(request)
        if preview:
            write_out(store().get(request.preview_digest), preview)
        where = f"; its preview is in {preview}" if preview else ""
        self.stdout.write(f"{request.number} is prepared and waits for another person{where}.")

    def _sign_off(
        self, *, number: str, statement: str, out: Path | None, person: str | None, **_: Any
    ) -> None:
        made = report_sign_off(request=request_named(number), statement=statement, by=_person(person))
        report = done(made)
        if out:
            hand_over(report, out)
        where = f" in {out}" if out else ""
        self.stdout.write(
            f"Report {report.number} is issued{where} (SHA-256 {report.pdf_digest}, ledger position {report.entry_id})."
        )

    def _send_back(self, *, number: str, reason: str, person: str | None, **_: Any) -> None:
        report_send_back(request=request_named(number), reason=reason, by=_person(person))
        self.stdout.write(f"{number} was sent back.")

    def _withdraw(self, *, number: str, reason: str, person: str | None, **_: Any) -> None:
        made = report_withdraw(report=report_named(number), reason=reason, by=_person(person))
        self.stdout.write(f"Report {number} is withdrawn (ledger position {made.entry_id}).")

    def _list(self, *, run: str | None, **_: Any) -> None:
        wanted = {"run": run_named(run)} if run else {}
        for report in reports_of().filter(**wanted):
            state = standing(report).state if report.entry_id else report.state
            signed = "interim" if report.interim else "final"
            self.stdout.write(f"{report.number}  {report.run_id}  {report.language}  {signed}  {state}")
        for request in requests().filter(**wanted):
            self.stdout.write(f"{request.number}  {request.run_id}  {request.language}  {where_is(request)}")
