"""What restored backups and killed processes left of erasures, put right."""

from datetime import datetime
from typing import NamedTuple

from reports.decisions.erasure.documents import held_of, removed
from reports.decisions.erasure.finishing import Unfinished, erasures_finish
from reports.decisions.erasure.restored import subjects_erase_again
from reports.decisions.models import Erasure


class Reconciled(NamedTuple):
    """How many subjects were erased again, how many erasures completed, and which were not, with the reason."""

    again: int
    completed: int
    waiting: list[Unfinished]


def erasures_reconcile(*, now: datetime | None = None, store: bool = False) -> Reconciled:
    """Empty again what belongs to destroyed keys, and complete every erasure that waits; raises VaultUnusable.

    With `store` everything is removed once more that erasures ever took from the store, as after restoring a backup
    of it.
    """
    again = subjects_erase_again(now=now)
    finished = erasures_finish(now=now)
    if store:
        for decisions in Erasure.objects.exclude(completion=None).values_list("decisions", flat=True):
            removed(held_of(decisions))
    return Reconciled(len(again), len(finished.done), finished.waiting)
