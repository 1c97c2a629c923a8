"""What the store holds of erased decisions: sealed inputs, and documents about the person that lie there in plain."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q

from auditor.common.store import Store
from reports.decisions.models import Decision, Event
from reports.decisions.state import ReviewAssigned, State

_OWN = ("decisions", "ledger")  # digests in their other columns name nothing in the store


class Held(NamedTuple):
    """Digests of what the store holds, or held, of some decisions; `shared` is named by somebody else, too."""

    inputs: list[str]
    documents: list[str]
    shared: list[str]


def held_of(decisions: Sequence[int]) -> Held:
    """Return what the store holds of decisions; a document that anything else names is not to be removed."""
    inputs = Decision.objects.filter(pk__in=decisions).exclude(sealed_input="")
    # The document that gives a reviewer authority is about the reviewer.
    named = Event.objects.filter(decision__in=decisions).exclude(Q(evidence="") | Q(kind=ReviewAssigned.kind))
    documents = set(named.values_list("evidence", flat=True))
    shared = _named_elsewhere(documents)
    return Held(
        sorted(set(inputs.values_list("sealed_input", flat=True))), sorted(documents - shared), sorted(shared)
    )


def removed(held: Held) -> None:
    """Remove from the store what is nobody else's; durable when it returns."""
    store = Store.at(settings.STORAGE_URL)
    for digest in (*held.inputs, *held.documents):
        store.remove(digest)


def _named_elsewhere(digests: Iterable[str]) -> set[str]:
    wanted = set(digests)
    if not wanted:
        return set()
    events = Event.objects.filter(evidence__in=wanted).exclude(
        Q(decision__state=State.ERASED) & ~Q(kind=ReviewAssigned.kind)
    )
    found = set(events.values_list("evidence", flat=True))
    for model in apps.get_models():
        if model._meta.app_label in _OWN:
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, models.CharField) and field.max_length == 64:
                rows = model._base_manager.filter(**{f"{field.name}__in": wanted})
                found |= set(rows.values_list(field.name, flat=True))
    return found
