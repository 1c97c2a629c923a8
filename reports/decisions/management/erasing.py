"""The actions of `manage.py decisions` that erase, list, reconcile and hand over."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import override

from auditor.common.errors import NotFound, Refused
from auditor.common.said import say
from auditor.users import user_named
from reports.decisions.access.package import access_package
from reports.decisions.actors import officer
from reports.decisions.erasure.certificate import certificate
from reports.decisions.erasure.reconciling import erasures_reconcile
from reports.decisions.erasure.retention import retention_list, retention_sweep
from reports.decisions.erasure.services import Asked, decision_erase, subject_erase
from reports.decisions.models import Cause, Erasure, Ground, Subject
from reports.decisions.subjects import subjects_named


def add_actions(actions: Any) -> None:
    """Add the actions to a command's parser; each sets `run` to what does it."""
    erase = actions.add_parser("erase", help="erase a person, or one decision, and write the certificate")
    _add_whom(erase)
    erase.add_argument("--decision", type=int, metavar="NUMBER", help="only this decision")
    erase.add_argument("--ground", required=True, choices=Ground.values, help="the letter of Art. 17(1) GDPR")
    erase.add_argument("--reason", required=True, help="why, in words that name nobody: it stays")
    erase.add_argument("--own", action="store_true", help="nobody asked; it is your own decision")
    erase.add_argument("--as", dest="person", required=True, metavar="USER", help="who erases")
    erase.add_argument("--out", type=Path, metavar="FILE", help="where to write the certificate")
    erase.set_defaults(run=_erase)
    proof = actions.add_parser("certificate", help="write the certificate of an erasure")
    proof.add_argument("number", type=int)
    proof.add_argument("--out", type=Path, required=True, metavar="FILE")
    proof.set_defaults(run=_certificate)
    again = actions.add_parser("reconcile", help="after restoring a backup: erase again what was erased")
    again.set_defaults(run=_reconcile)
    kept = actions.add_parser("retention", help="erase what is past its retention")
    kept.add_argument(
        "--list", action="store_true", help="erase nothing; list it, with what stops the erasure"
    )
    kept.set_defaults(run=_retention)
    access = actions.add_parser("access", help="write everything about a person into a folder (Art. 15, 20)")
    _add_whom(access)
    access.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    access.add_argument("--language", default="en", help="of the summary")
    access.add_argument(
        "--names", action="store_true", help="name the people who worked on the decisions, too (Art. 15(4))"
    )
    access.set_defaults(run=_access)


def _add_whom(parser: ArgumentParser) -> None:
    parser.add_argument("identifier", nargs="?", help="what a sending system calls the person")
    parser.add_argument("--subject", type=int, metavar="NUMBER", help="the person's number in the register")


def _erase(command: BaseCommand, **options: Any) -> None:
    asked = Asked(
        by=officer(user_named(options["person"])),
        reason=options["reason"],
        ground=options["ground"],
        cause=Cause.OWN if options["own"] else Cause.REQUEST,
    )
    _refuse_taken(options["out"])
    if options["decision"] is not None:
        erasure = decision_erase(options["decision"], asked)
    else:
        erasure = subject_erase(_one(_whom(**options)).pk, asked)
    command.stdout.write(_sentence(erasure))
    _hand_over(erasure.pk, options["out"])


def _sentence(erasure: Erasure) -> str:
    if erasure.whole:
        return say(
            "Erasure %(number)s: subject %(subject)s is erased, and their key destroyed.",
            number=str(erasure.pk),
            subject=str(erasure.subject_id),
        )
    return say(
        "Erasure %(number)s: the decision is emptied. Its subject has others and keeps the key, so copies in backups "
        "stay readable until the whole subject is erased.",
        number=str(erasure.pk),
    )


def _certificate(command: BaseCommand, **options: Any) -> None:
    _refuse_taken(options["out"])
    _hand_over(options["number"], options["out"])


def _reconcile(command: BaseCommand, **options: Any) -> None:
    done = erasures_reconcile(store=True)
    command.stdout.write(
        say(
            "%(again)s subjects erased again, %(completed)s erasures completed.",
            again=done.again,
            completed=done.completed,
        )
    )
    for one in done.waiting:
        command.stderr.write(f"{one.erasure}: {one.sentence}")
    if done.waiting:
        raise Refused(say("Some erasures are not complete; put right what is named and reconcile again."))


def _retention(command: BaseCommand, **options: Any) -> None:
    if options["list"]:
        stopped = list(retention_list())
    else:
        swept = retention_sweep()
        stopped = swept.stopped
        command.stdout.write(
            say(
                "%(subjects)s subjects erased, and %(decisions)s single decisions of others.",
                subjects=swept.subjects,
                decisions=swept.decisions,
            )
        )
    for one in stopped:
        why = one.sentence or say("Will be erased.")
        command.stdout.write(f"{one.decision.pk}\t{one.decision.retention_until}\t{why}")


def _access(command: BaseCommand, **options: Any) -> None:
    with override(options["language"]):
        folder = access_package(_whom(**options), options["out"], names=options["names"])
    command.stdout.write(say("Everything is in %(folder)s; SHA256SUMS lists it.", folder=str(folder)))


def _whom(*, identifier: str | None, subject: int | None, **_: Any) -> list[Subject]:
    if (identifier is None) == (subject is None):
        raise Refused(say("Name a person by an identifier, or by --subject NUMBER."))
    found = (
        subjects_named(identifier.strip())
        if identifier is not None
        else list(Subject.objects.filter(pk=subject or 0))
    )
    if not found:
        raise NotFound(say("The register knows nobody under this identifier."))
    return found


def _one(found: list[Subject]) -> Subject:
    if len(found) > 1:
        raise Refused(
            say(
                "Several systems have a person of this identifier, perhaps not the same: subjects %(numbers)s. Name "
                "one with --subject.",
                numbers=tuple(str(one.pk) for one in found),
            )
        )
    return found[0]


def _refuse_taken(path: Path | None) -> None:
    if path is not None and path.exists():
        raise Refused(say("%(path)s is there already; name a new file.", path=str(path)))


def _hand_over(number: int, path: Path | None) -> None:
    if path is None:
        return
    content = certificate(number)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise Refused(
            say("%(path)s could not be written: %(why)s.", path=str(path), why=error.strerror or "")
        ) from error
