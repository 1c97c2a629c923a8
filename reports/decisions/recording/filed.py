"""What of a batch is in the register already: repeats get the same answer, and other content is a conflict."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from reports.decisions.models import SendingSystem
from reports.keys.pseudonyms import index_of
from reports.keys.subjects import subject_key

_FILED = """
SELECT reference_index, id, entry, recorded_at, subject_id, content FROM decisions_decision
WHERE system_id = %s AND reference_index = ANY(%s) AND reference_index <> ''
"""


class Recorded(NamedTuple):
    """A decision in the register: its number, its entry in the ledger, and whether it was there before."""

    decision: int
    entry: int
    recorded_at: datetime
    repeated: bool = False


class Filed(NamedTuple):
    """A decision that has the reference of one that is handed in."""

    recorded: Recorded
    subject: int
    content: str

    def holds(self, facts: bytes) -> bool:
        """Say whether it was recorded from the same facts."""
        return subject_key(self.subject).salted(facts) == self.content


def reference_index(system: SendingSystem, reference: str) -> str:
    """Return the blind index under which a system's reference is filed."""
    return index_of("reference", str(system.pk), reference)


def filed(system: SendingSystem, indexes: Iterable[str]) -> dict[str, Filed]:
    """Return a system's decisions by the indexes of their references, as far as there are any."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(_FILED, [system.pk, list(indexes)])
        for index, number, entry, at, subject, content in cursor.fetchall():
            found[index] = Filed(Recorded(number, entry, at, repeated=True), subject, content)
    return found
