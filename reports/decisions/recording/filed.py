"""What of a batch is in the register already: repeats get the same answer, and other content is a conflict."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from reports.decisions.models import Decision, SendingSystem
from reports.keys.pseudonyms import index_of
from reports.keys.subjects import subject_key


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
    rows = Decision.objects.filter(system=system, reference_index__in=list(indexes)).values_list(
        "reference_index", "pk", "entry", "recorded_at", "subject_id", "content"
    )
    return {
        index: Filed(Recorded(number, entry, at, repeated=True), subject, content)
        for index, number, entry, at, subject, content in rows.order_by()
    }
