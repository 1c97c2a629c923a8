"""Everything that is measured of shortcuts, once for a whole set."""

from collections.abc import Sequence

import numpy as np

from auditor.common.said import say
from auditor.explain.arrays import Put
from auditor.explain.evidence import ItemRecord, RegionImportance
from auditor.explain.items import ValidationSet
from auditor.explain.plan import Plan
from auditor.explain.shortcuts.association import associations, separation
from auditor.explain.shortcuts.clusters import clusterings
from auditor.explain.shortcuts.documents import Association, Clustering, Column, Shortcuts
from auditor.explain.shortcuts.outside import beyond, outside_mass
from auditor.explain.shortcuts.patterns import Patterns, patterns
from auditor.explain.shortcuts.verdict import verdict
from auditor.explain.shortcuts.within import FEWEST, within
from auditor.explain.spec import ModelSpec


def shortcuts(
    spec: ModelSpec,
    items: ValidationSet,
    records: Sequence[ItemRecord],
    regions: Sequence[RegionImportance],
    plan: Plan,
    put: Put,
) -> Shortcuts:
    """Return what was measured of shortcuts; the mean maps of clusters go through `put` as .npy bytes.

    `regions` are those of the evidence, which the records' effects are parallel to. Every group column is looked at.
    The result depends on the records with their maps, the masks and the plan alone.
    """
    seen = patterns(records, items, spec.input.kind, plan)
    held, found = columns(seen), clusterings(seen, put)
    further = beyond(seen, regions)
    return Shortcuts(
        outside=outside_mass(seen, regions),
        beyond=further,
        columns=held,
        clusterings=found,
        unanswered=_unanswered(seen, spec, found),
        verdict=verdict(regions, further, found, held, plan),
    )


def columns(seen: Patterns) -> tuple[Column, ...]:
    """Return every group column held against attributions, scores and performance."""
    associated = associations(seen)
    return tuple(_column(seen, name, associated[name]) for name in seen.groups)


def _column(seen: Patterns, name: str, associated: tuple[Association, ...]) -> Column:
    values, minimum = seen.groups[name], seen.plan.minimum_group
    large = seen.large(values)
    kept = np.isin(values, large)
    if len(large) < 2:
        why = say(
            "Fewer than two values of %(name)s have at least %(minimum)s items, so nothing is compared.",
            name=name,
            minimum=minimum,
        )
        return Column(name=name, values=tuple(large), left_out=int((~kept).sum()), untested=(why,))
    compared = within(seen, name)
    untested = []
    if not associated:
        untested.append(
            say(
                "Every label has one value of %(name)s only, so what goes along with it cannot be told "
                "from what goes along with the label.",
                name=name,
            )
        )
    if not any(one.name == "auroc" for one in compared):
        untested.append(
            say(
                "No value of %(name)s has at least %(fewest)s items of two labels to tell apart.",
                name=name,
                fewest=FEWEST,
            )
        )
    several = len(np.unique(seen.labels[kept])) > 1
    return Column(
        name=name,
        values=tuple(large),
        left_out=int((~kept).sum()),
        separation=separation(seen.labels[kept], values[kept], seen.bootstrap) if several else None,
        associations=associated,
        within=compared,
        untested=tuple(untested),
    )


def _unanswered(seen: Patterns, spec: ModelSpec, found: Sequence[Clustering]) -> tuple[str, ...]:
    sentences = []
    if spec.input.kind == "graph":
        sentences.append(
            say("Maps of graphs have no places in common, so they are not clustered or held against columns.")
        )
    elif not found:
        sentences.append(
            say(
                "No class was decided for at least %(items)s items with a map, so maps were not clustered.",
                items=2 * seen.plan.minimum_group,
            )
        )
    if not seen.groups:
        sentences.append(
            say("The set has no group columns, so no column was held against attributions and scores.")
        )
    return tuple(sentences)
