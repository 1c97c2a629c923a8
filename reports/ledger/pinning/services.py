"""Pinning the log's head to every place that the settings name, and checking the log against what was pinned."""

from typing import NamedTuple

from django.conf import settings

from auditor.common.errors import Corrupt, RetraceError
from auditor.common.said import say
from reports.ledger.checkpoint import Checkpoint, open_checkpoint
from reports.ledger.pinning.places import Place, place
from reports.ledger.services import ledger_checkpoint, ledger_continues, ledger_verifier


class Checked(NamedTuple):
    """How many pins of a place the log continues; None where it is people who keep them."""

    place: str
    pins: int | None


def places() -> list[Place]:
    """Return the places that RETRACE_PINS names; raises Refused for an address that is none."""
    return [place(address) for address in settings.LEDGER_PINS]


def pin() -> list[str]:
    """Pin the present head to every place and return their names.

    A log that does not continue what was pinned is not pinned: Corrupt says which pin it contradicts. Places are
    independent: RetraceError is raised after the others got theirs.
    """
    note, named, failed = ledger_checkpoint(), [], []
    for one in places():
        try:
            _check(one)
            one.keep(note)
            named.append(one.name)
        except Corrupt:
            raise
        except RetraceError as error:
            failed.append(error)
    if failed:
        raise failed[0]
    return named


def check_pins() -> list[Checked]:
    """Return each place with the number of its pins that the log continues.

    Raises Corrupt where it does not continue one, Refused where one is not signed with the log's key, and
    RetraceError where a place cannot be read.
    """
    return [_check(one) for one in places()]


def _check(one: Place) -> Checked:
    notes = one.kept()
    if notes is None:
        return Checked(one.name, None)
    keys = [ledger_verifier()]
    # Equal notes say the same, and sizes of a log that is at rest do not grow.
    for note in dict.fromkeys(notes):
        _continue(open_checkpoint(note, keys), one.name)
    return Checked(one.name, len(notes))


def _continue(pinned: Checkpoint, where: str) -> None:
    if broken := ledger_continues(pinned):
        raise Corrupt(say("%(broken)s It is pinned in %(place)s.", broken=broken, place=where))
