"""What is asked once, after all shards: the model as a whole, and how decisions of the gallery could have gone."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from auditor.common.errors import Refused
from auditor.common.said import say, verbatim
from auditor.explain import words
from auditor.explain.arrays import Put, read_array
from auditor.explain.asked import Asked
from auditor.explain.bootstrap import Floats
from auditor.explain.determinism import deterministic
from auditor.explain.evidence import GalleryEntry, ItemRecord, Region
from auditor.explain.globals.documents import Attribution, Curve, Reference, SetImportance, Space, Survey
from auditor.explain.globals.drift import drift_of_sets
from auditor.explain.globals.pca import Scaling, principal_components
from auditor.explain.globals.whole import mean_absolute_attribution, table_importance
from auditor.explain.items import ValidationSet
from auditor.explain.modalities import Modality, modality_of
from auditor.explain.model import AuditedModel
from auditor.explain.otherwise import otherwise
from auditor.explain.plan import Plan
from auditor.explain.regional import regional_importance
from auditor.explain.spec import ImageInput, TableInput


def survey(
    model: AuditedModel,
    items: ValidationSet,
    records: Sequence[ItemRecord],
    entries: Sequence[GalleryEntry],
    plan: Plan,
    put: Put,
    reference: tuple[Reference, ValidationSet] | None = None,
) -> Survey:
    """Return what the plan asks about the model as a whole; arrays go through `put` as .npy bytes.

    Only items with a record are asked about, other outcomes only for the first `entries` of the gallery. What cannot
    be answered is said in a sentence each in `unanswered`. The result depends on the model, the items, the plan and
    the reference alone.
    """
    with deterministic(plan.seed, tf32=plan.tf32):
        asked = Asked(model, items, records, plan, put)
        nothing: tuple[SetImportance | None, tuple[Curve, ...]] = (None, ())
        importance, curves = asked.tried("Importance", lambda: _importance(asked), nothing)
        return Survey(
            importance=importance,
            curves=curves,
            attributions=_attributions(asked),
            spaces=_spaces(asked, reference[1] if reference else None),
            reference=reference[0] if reference else None,
            counterfactuals=otherwise(asked, entries),
            unanswered=tuple(asked.unanswered),
        )


def _importance(asked: Asked) -> tuple[SetImportance | None, tuple[Curve, ...]]:
    settings, spec = asked.plan.survey.importance, asked.model.spec
    if settings is None:
        return None, ()
    if isinstance(spec.input, TableInput):
        found = table_importance(
            asked.predict,
            asked.rows,
            asked.labels,
            spec.input,
            spec.output.classes,
            settings,
            asked.bootstrap,
        )
        return found.importance, found.curves
    if isinstance(spec.input, ImageInput):
        return regional_importance(asked, spec.input, settings)
    raise Refused(
        say(
            "it is measured for tables and images, and this model takes the kind %(kind)s.",
            kind=words.KINDS[spec.input.kind],
        )
    )


def _attributions(asked: Asked) -> dict[str, tuple[Attribution, ...]]:
    """Return the local attributions of columns or regions put together, by method in the plan's order."""
    modality = modality_of(asked.model.spec.input, asked.plan.grid)
    regions = [
        region
        for region in modality.regions(asked.items.has_masks)
        if region.kind in ("mask", "grid", "column")
    ]
    if not regions:
        return {}
    names = [one.name for one in regions]
    items = [_by_region(asked, record, modality, regions) for record in asked.records if record.maps]
    found: dict[str, tuple[Attribution, ...]] = {}
    for method in (planned.name for planned in asked.plan.methods):
        rows = [values[method] for values in items if method in values]
        if rows:
            found[method] = mean_absolute_attribution(np.stack(rows), names, asked.bootstrap)
    return found


def _by_region(
    asked: Asked, record: ItemRecord, modality: Modality, regions: Sequence[Region]
) -> dict[str, Floats]:
    """Return what each method attributes to the regions of one item, (regions,); NaN where there is no such one."""
    get = asked.items.store.get
    maps = [read_array(kept.array, get).astype(np.float64) for kept in record.maps.values()]
    mask = asked.items.relevant(record.index)
    owned = (modality.owned(region, mask) for region in regions)
    table = [
        [np.nan if places is None else values[places].sum() for values in maps] for places in owned
    ]  # (regions, methods)
    return dict(zip(record.maps, np.array(table).T, strict=True))


def _spaces(asked: Asked, reference: ValidationSet | None) -> tuple[Space, ...]:
    if not asked.plan.survey.components:
        return ()
    spec = asked.model.spec.input
    if isinstance(spec, TableInput):
        names: list[str] = [
            verbatim(column.name)
            if column.width == 1
            else say("%(column)s %(number)s", column=column.name, number=number + 1)
            for column in spec.columns
            for number in range(column.width)
        ]
        space = asked.tried(say("Columns"), lambda: _columns(asked, names, reference), None)
        return (space,) if space else ()
    space = asked.tried(say("Embedding"), lambda: _embedding(asked, reference), None)
    return (space,) if space else ()


def _columns(asked: Asked, names: list[str], reference: ValidationSet | None) -> Space:
    other = None if reference is None else asked.numbers(range(len(reference)), reference)
    return _space(asked, "columns", asked.rows, other, names, "standardised")


def _embedding(asked: Asked, reference: ValidationSet | None) -> Space:
    found = _embedded(asked, asked.items, asked.indices)
    other = None if reference is None else _embedded(asked, reference, range(len(reference)))
    names: list[str] = [say("number %(number)s", number=index + 1) for index in range(found.shape[1])]
    return _space(asked, "embedding", found, other, names, "centred")


def _embedded(asked: Asked, items: ValidationSet, places: Sequence[int]) -> Floats:
    def embed(part: slice) -> Tensor | None:
        return asked.model.embedding(asked.given(places[part], items))

    parts = [found for found in asked.room.each(len(places), embed) if found is not None]
    if not parts:
        raise Refused(say("the model has no layer of which an embedding could be read."))
    return np.asarray(torch.cat(parts).double().cpu().numpy(), dtype=np.float64)


def _space(
    asked: Asked, name: str, rows: Floats, reference: Floats | None, names: list[str], scaling: Scaling
) -> Space:
    chosen = asked.plan.survey
    few = replace(asked.bootstrap, resamples=chosen.resamples)
    components = principal_components(rows, chosen.components, few, names=names, scaling=scaling)
    drift = None
    if reference is not None:
        drift = asked.tried(
            say("Drift"),
            lambda: drift_of_sets(
                reference, rows, chosen.components, asked.bootstrap, names=names, scaling=scaling
            ),
            None,
        )
    scored = [asked.records[place] for place in components.items]
    return Space.model_validate(
        {
            "name": name,
            "components": components,
            "labels": tuple(record.entry.label for record in scored),
            "decisions": tuple(record.predicted for record in scored),
            "drift": drift,
        }
    )
