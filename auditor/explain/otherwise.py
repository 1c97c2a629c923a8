"""Counterfactuals of the gallery's items: other values of a row, or regions of a picture filled in."""

from collections.abc import Callable, Sequence
from math import prod

import torch
from torch import Tensor

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain import words
from auditor.explain.arrays import put_array
from auditor.explain.asked import Asked
from auditor.explain.counterfactuals.regions import looks_of, region_counterfactual
from auditor.explain.counterfactuals.tables import Support, counterfactuals
from auditor.explain.evidence import GalleryEntry, ItemRecord
from auditor.explain.globals.documents import Counterfactual
from auditor.explain.items import ValidationSet
from auditor.explain.seeds import drawn, seed_of
from auditor.explain.spec import ImageInput, TableInput, VolumeInput

Search = Callable[[str, Tensor, int], Counterfactual]
_PICTURES, _FEWEST, _NUMBERS = 100, 12, 2**27  # filled pictures are compared with so many items, or numbers


def otherwise(asked: Asked, entries: Sequence[GalleryEntry]) -> tuple[Counterfactual, ...]:
    """Return the smallest plausible changes that alter the outcome, for as many entries as the plan says.

    A search that cannot be made adds a sentence to `asked.unanswered`; one that finds nothing says so in its record.
    """
    chosen = entries[: asked.plan.survey.counterfactuals]
    if not chosen:
        return ()
    search = _search(asked)
    if search is None:
        kind = asked.model.spec.input.kind
        asked.unanswered.append(
            say(
                "Counterfactuals: they are searched for rows, images and volumes, not for the kind %(kind)s.",
                kind=words.KINDS[kind],
            )
        )
        return ()
    found = (_one(asked, search, entry.item) for entry in chosen)
    return tuple(one for one in found if one is not None)


def _one(asked: Asked, search: Search, item: ItemRecord) -> Counterfactual | None:
    def answer() -> Counterfactual:
        given = asked.items.given(item.index).to(asked.model.device)
        return search(item.entry.id, given, seed_of(asked.plan.seed, item.index))

    return asked.tried(say("Counterfactuals of item %(item)s", item=repr(item.entry.id)), answer, None)


def _search(asked: Asked) -> Search | None:
    model, plan, given = asked.model, asked.plan, asked.model.spec.input
    if isinstance(given, TableInput):
        rows = plan.survey.rows
        support = Support.of(_observed(asked, rows.compared), given, rows, plan.seed)

        def of_row(name: str, item: Tensor, seed: int) -> Counterfactual:
            return Counterfactual(
                item=name, row=counterfactuals(model, item, support, rows, seed, plan.batch_size)
            )

        return of_row
    if isinstance(given, ImageInput | VolumeInput):
        regions = plan.survey.regions
        most = max(_FEWEST, min(_PICTURES, _NUMBERS // prod(given.shape)))
        near = looks_of(_observed(asked, most), regions, plan.seed)

        def of_picture(name: str, item: Tensor, seed: int) -> Counterfactual:
            answer = region_counterfactual(model, item, near, regions, seed, plan.batch_size)
            return Counterfactual(item=name, regions=answer.kept(lambda values: put_array(values, asked.put)))

        return of_picture
    return None


def _observed(asked: Asked, most: int) -> Tensor:
    """Return the inputs of items drawn by the seed, those that can be read, (items, *shape)."""
    places = drawn(len(asked.items), most, asked.plan.seed).tolist()
    return torch.stack([given for index in places if (given := _given(asked.items, index)) is not None])


def _given(items: ValidationSet, index: int) -> Tensor | None:
    try:
        return items.given(index)
    except Refused:  # an incident of its own shard already
        return None
