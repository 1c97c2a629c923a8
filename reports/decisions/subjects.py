"""Data subjects by their pseudonyms: found, or made with a number of their own."""

from collections.abc import Collection, Iterable

from django.db import connection

from auditor.common.canonical import canonical
from auditor.common.errors import NotFound
from auditor.common.said import say
from reports.decisions.models import SendingSystem, Subject
from reports.keys.pseudonyms import pseudonym

_KNOWN = (
    "SELECT pseudonym, number FROM decisions_subject WHERE pseudonym = ANY(%s) ORDER BY number FOR KEY SHARE"
)
_NEW = """
INSERT INTO decisions_subject (pseudonym) SELECT unnest(%s::text[]) ON CONFLICT (pseudonym) DO NOTHING
RETURNING pseudonym, number
"""


def pseudonym_of(system: SendingSystem, identifier: str) -> str:
    """Return the pseudonym of a system's subject; systems of one scheme of identifiers have the same for one person."""
    whose = ["scheme", system.scheme] if system.scheme else ["system", str(system.pk)]
    return pseudonym(canonical([*whose, identifier]).decode())


def subjects_named(identifier: str) -> list[Subject]:
    """Return everybody whom any system knows under an identifier: one person, or several in several schemes."""
    systems = SendingSystem.objects.all()
    return list(
        Subject.objects.filter(pseudonym__in={pseudonym_of(system, identifier) for system in systems})
    )


def subject_locked(number: int) -> Subject:
    """Lock a subject until the end of the caller's transaction, so that nobody records about them; raises NotFound.

    Erasure asks for this before anything else: whoever records holds the subject first, and the ledger after it.
    """
    found = Subject.objects.select_for_update().filter(pk=number).first()
    if found is None:
        raise NotFound(say("There is no subject %(number)s in the register.", number=number))
    return found


def subject_numbers(pseudonyms: Iterable[str]) -> dict[str, int]:
    """Return the numbers of subjects by their pseudonyms; those who are not known yet are made.

    Until the end of the caller's transaction none of them can be erased.
    """
    wanted = set(pseudonyms)
    found = _numbers(_KNOWN, wanted)
    while missing := wanted - found.keys():
        # In one order, so that two who make the same ones do not wait for each other in a circle.
        found |= _numbers(_NEW, sorted(missing))
        # What somebody else made meanwhile; one that was erased meanwhile is made anew.
        found |= _numbers(_KNOWN, missing - found.keys())
    return found


def _numbers(statement: str, pseudonyms: Collection[str]) -> dict[str, int]:
    if not pseudonyms:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(pseudonyms)])
        return dict(cursor.fetchall())
