"""The evidence of a run, put together from its shards, whatever the order in which they were computed."""

from collections import Counter
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Literal

import numpy as np

import auditor
from auditor.common.errors import RetraceError
from auditor.common.said import say
from auditor.explain.bootstrap import Bootstrap, undefined
from auditor.explain.cards import card, why_not
from auditor.explain.evidence import (
    Evidence,
    GalleryEntry,
    GroupCount,
    Incident,
    ItemRecord,
    Measure,
    MethodCard,
    MethodSummary,
    ModelFacts,
    Region,
    RegionImportance,
    SetFacts,
    ShardResult,
    Software,
    Survey,
)
from auditor.explain.gallery import gallery
from auditor.explain.globals.importance import importance
from auditor.explain.globals.surrogate import surrogate
from auditor.explain.material.copies import copies
from auditor.explain.material.documents import Overlap
from auditor.explain.material.missing import missing_labels
from auditor.explain.methods.catalog import method
from auditor.explain.modalities import modality_of
from auditor.explain.modalities.base import OUTSIDE
from auditor.explain.performance import performance
from auditor.explain.plan import MethodPlan, Plan
from auditor.explain.robustness.summary import robustness
from auditor.explain.shortcuts.documents import Shortcuts
from auditor.explain.spec import Manifest
from auditor.explain.trust.summary import summarised

Ask = Callable[[Sequence[ItemRecord], Sequence[GalleryEntry]], Survey]
Look = Callable[[Sequence[ItemRecord], Sequence[RegionImportance]], Shortcuts]
_PACKAGES = (
    "captum",
    "monai",
    "numpy",
    "onnxruntime",
    "pillow",
    "safetensors",
    "scikit-learn",
    "scipy",
    "torch",
)
_OUTSIDE = say("mean share of absolute attribution outside the relevant region")
_COMPLETENESS = say("median over items of |sum of the map - what it promises| / |what it promises|")
_NOISE = say("median over items of the largest standard error over the map's largest absolute value")
_FIT = say("median over items of the local surrogate's R2")


def assemble(
    model: ModelFacts,
    validation_set: SetFacts,
    plan: Plan,
    made_with: Software,
    shards: Sequence[tuple[str, ShardResult]],
    ask: Ask,
    look: Look,
) -> Evidence:
    """Return the evidence of all shards, given as (digest, result) in any order.

    `ask` answers what the plan asks about the model as a whole, given all records and the gallery;
    `look` looks for shortcuts, given all records and the importance of regions.

    Raises RetraceError where shards do not fit together, or where no item could be explained.
    """
    ordered = sorted(shards, key=lambda pair: pair[1].first)
    records = [record for _, shard in ordered for record in shard.items]
    incidents = tuple(incident for _, shard in ordered for incident in shard.incidents)
    _check(ordered, records, incidents, validation_set)
    shown = gallery([record.model_copy(update={"fingerprint": ""}) for record in records], plan)
    answered = ask(records, shown.entries)
    methods = tuple(
        _summary(planned, records, model, ordered[0][1].regions, plan) for planned in plan.methods
    )
    regions = importance(records, ordered[0][1].regions, plan)
    return Evidence(
        schema="retrace-evidence/2",
        model=model,
        validation_set=validation_set.model_copy(update={"copies": copies(records, model.spec.input.kind)}),
        plan=plan,
        plan_digest=plan.document_digest(),
        software=made_with,
        shards=tuple(digest for digest, _ in ordered),
        incidents=incidents,
        methods=methods,
        performance=performance(records, model.spec.output.classes, plan),
        regions=regions,
        surrogate=surrogate(records, modality_of(model.spec.input).features, plan),
        survey=answered,
        trust=summarised(records, methods, ordered[0][1].stages, plan),
        shortcuts=look(records, regions),
        robustness=robustness(records, model.spec, plan),
        cards=_cards(answered),
        gallery=shown,
    )


def _cards(answered: Survey) -> tuple[MethodCard, ...]:
    """Return the cards of the methods that a survey used, the surrogate tree's first."""
    kinds = {curve.kind for curve in answered.curves}
    used = {
        "surrogate_tree": True,
        "permutation_importance": answered.importance is not None,
        "sage": answered.importance is not None,
        "partial_dependence": "partial_dependence" in kinds,
        "accumulated_local_effects": "accumulated_local_effects" in kinds,
        "pca": bool(answered.spaces),
        "counterfactuals": bool(answered.counterfactuals),
    }
    return tuple(card(name) for name, is_used in used.items() if is_used)


def _check(
    ordered: Sequence[tuple[str, ShardResult]],
    records: Sequence[ItemRecord],
    incidents: Sequence[Incident],
    validation_set: SetFacts,
) -> None:
    if not records:
        if not incidents:
            raise RetraceError(say("No item of the set could be explained."))
        raise RetraceError(say("No item of the set could be explained: %(why)s", why=incidents[0].what))
    if any(shard.regions != ordered[0][1].regions for _, shard in ordered):
        raise RetraceError(say("The shards compared different regions; run the audit again."))
    seen = [record.index for record in records]
    left_out = {incident.item for incident in incidents} - {record.entry.id for record in records}
    if len(set(seen)) != len(seen) or len(seen) + len(left_out) != validation_set.items:
        raise RetraceError(
            say(
                "The shards hold %(seen)s of %(items)s items; run the audit again.",
                seen=len(set(seen)),
                items=validation_set.items,
            )
        )


def _summary(
    planned: MethodPlan,
    records: Sequence[ItemRecord],
    model: ModelFacts,
    regions: Sequence[Region],
    plan: Plan,
) -> MethodSummary:
    made = method(planned.name, planned.parameters)
    reason = why_not(made.card, model.tier, model.spec.input.kind)
    applies = reason is None
    return MethodSummary(
        card=made.card,
        parameters=made.parameters,
        applicable=applies,
        reason=reason,
        outside=_outside(planned.name, records, regions, plan) if applies else None,
        completeness=_median(planned.name, "completeness", _COMPLETENESS, records, plan) if applies else None,
        fit=_median(planned.name, "fit", _FIT, records, plan) if applies else None,
        noise=_median(planned.name, "noise", _NOISE, records, plan) if applies else None,
    )


def _outside(
    name: str, records: Sequence[ItemRecord], regions: Sequence[Region], plan: Plan
) -> Measure | None:
    """Return the mean share outside the mask; None where the set has no masks."""
    found = [record.effects for record in records if record.effects is not None]
    if not found or OUTSIDE not in regions:
        return None
    place = regions.index(OUTSIDE)
    values = [effect.shares[name][place] for effect in found if name in effect.shares]
    column = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    if not np.isfinite(column).any():
        return undefined(None, 0, _OUTSIDE, say("no item has a mask and a map that is not zero"))
    return Bootstrap.of(plan).means(column[:, None], [_OUTSIDE], [False])[0]


def _median(
    name: str,
    field: Literal["completeness", "fit", "noise"],
    what: str,
    records: Sequence[ItemRecord],
    plan: Plan,
) -> Measure | None:
    """Return the median of what a method says of its maps; None for a method that does not say it."""
    found = [getattr(record.maps[name], field) for record in records if name in record.maps]
    values = np.array([value for value in found if value is not None], dtype=np.float64)
    return Bootstrap.of(plan).median(values, what, say("no item has a value")) if len(values) else None


def set_facts(
    manifest: Manifest, digest: str, name: str, description: str, training: Overlap | None = None
) -> SetFacts:
    """Return what can be counted in a set; `duplicates` are items whose content an earlier item has."""
    entries = manifest.items
    groups = Counter(pair for entry in entries for pair in entry.groups.items())
    return SetFacts(
        digest=digest,
        name=name,
        description=description,
        items=len(entries),
        labels=dict(sorted(Counter(entry.label for entry in entries).items())),
        groups=tuple(GroupCount(column=c, value=v, n=n) for (c, v), n in sorted(groups.items())),
        masks=sum(entry.mask is not None for entry in entries),
        duplicates=len(entries) - len({entry.content for entry in entries}),
        boxes=sum(bool(entry.boxes) for entry in entries),
        unlabelled=missing_labels(manifest),
        training=training or Overlap(),
        deidentification=manifest.deidentification,
    )


def software(device: str = "cpu", *, tf32: bool = False) -> Software:
    """Return the versions that the numbers depend on, the class of device, and whether it computed in TF32.

    A CPU never does, whatever the plan allows.
    """
    on_gpu = device.startswith("cuda")
    return Software(
        retrace=auditor.__version__,
        packages={name: version(name) for name in _PACKAGES},
        device_class="cuda" if on_gpu else "cpu",
        threads=1,
        tf32=tf32 and on_gpu,
    )
