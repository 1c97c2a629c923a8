"""Counterfactuals of the gallery's items: other values of a row, or regions of a picture filled in."""

from collections.abc import Callable, Sequence
from math import prod

import numpy as np
import torch
from torch import Tensor

from auditor.common.errors import Refused
from auditor.explain.arrays import Put, put_array
from auditor.explain.counterfactuals.regions import looks_of, region_counterfactual
from auditor.explain.counterfactuals.tables import Support, counterfactuals
from auditor.explain.evidence import GalleryEntry
from auditor.explain.globals.documents import Counterfactual
from auditor.explain.items import ValidationSet
from auditor.explain.model import AuditedModel
from auditor.explain.plan import Plan
from auditor.explain.seeds import seed_of
from auditor.explain.spec import ImageInput, TableInput, VolumeInput

Search = Callable[[str, Tensor, int], Counterfactual]
_PICTURES, _FEWEST, _NUMBERS = 100, 12, 2**27  # filled pictures are compared with so many items, or numbers


def otherwise(
    model: AuditedModel,
    items: ValidationSet,
    entries: Sequence[GalleryEntry],
    plan: Plan,
    put: Put,
    unanswered: list[str],
) -> tuple[Counterfactual, ...]:
    """Return the smallest plausible changes that alter the outcome, for as many entries as the plan says.

    A search that cannot be made adds a sentence to `unanswered`; one that finds nothing says so in its record.
    """
    chosen = entries[: plan.survey.counterfactuals]
    if not chosen:
        return ()
    search = _search(model, items, plan, put)
    if search is None:
        unanswered.append(
            f"Counterfactuals: they are searched for rows, images and volumes, not for a {model.spec.input.kind}."
        )
        return ()
    found = []
    for entry in chosen:
        index, name = entry.item.index, entry.item.entry.id
        try:
            found.append(search(name, items.given(index).to(model.device), seed_of(plan.seed, index)))
        except Refused as error:
            unanswered.append(f"Counterfactuals of item {name!r}: {error.sentence}")
    return tuple(found)


def _search(model: AuditedModel, items: ValidationSet, plan: Plan, put: Put) -> Search | None:
    given = model.spec.input
    if isinstance(given, TableInput):
        rows = plan.survey.rows
        support = Support.of(_observed(items, plan, rows.compared), given, rows, plan.seed)

        def of_row(name: str, item: Tensor, seed: int) -> Counterfactual:
            return Counterfactual(
                item=name, row=counterfactuals(model, item, support, rows, seed, plan.batch_size)
            )

        return of_row
    if isinstance(given, ImageInput | VolumeInput):
        regions = plan.survey.regions
        most = max(_FEWEST, min(_PICTURES, _NUMBERS // prod(given.shape)))
        near = looks_of(_observed(items, plan, most), regions, plan.seed)

        def of_picture(name: str, item: Tensor, seed: int) -> Counterfactual:
            answer = region_counterfactual(model, item, near, regions, seed, plan.batch_size)
            return Counterfactual(item=name, regions=answer.kept(lambda values: put_array(values, put)))

        return of_picture
    return None


def _observed(items: ValidationSet, plan: Plan, most: int) -> Tensor:
    """Return the inputs of items drawn by the seed, those that can be read, (items, *shape)."""
    drawn = np.sort(np.random.default_rng(plan.seed).permutation(len(items))[:most])
    return torch.stack([given for index in drawn if (given := _given(items, int(index))) is not None])


def _given(items: ValidationSet, index: int) -> Tensor | None:
    try:
        return items.given(index)
    except Refused:  # an incident of its own shard already
        return None
