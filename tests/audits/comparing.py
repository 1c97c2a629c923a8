"""Toy runs whose difference is known: evidence beside shards with one record an item."""

from collections.abc import Sequence

import numpy as np

from auditor.audits.comparison import Given
from auditor.common.digest import sha256
from auditor.common.store import Store
from auditor.explain import evidence as e
from auditor.explain.performance import performance
from auditor.explain.plan import Plan
from auditor.explain.plans import plan_of
from auditor.explain.spec import ItemEntry
from tests.documents import factory

NO, YES = factory.CLASSES
INSIDE, OUTSIDE = e.Region(name="inside", kind="mask"), e.Region(name="outside", kind="mask")


def records(
    right: Sequence[bool], *, flips: Sequence[bool] | None = None, first: int = 0, shift: float = 0.0
) -> list[e.ItemRecord]:
    """Return a record an item: decided as labelled where `right`, its outside deciding where it flips."""
    made = []
    for place, is_right in enumerate(right):
        number = first + place
        label = factory.CLASSES[number % 2]
        predicted = label if is_right else factory.CLASSES[1 - number % 2]
        score = min(0.99, 0.55 + 0.4 * np.random.default_rng(number).random() + shift)
        entry = ItemEntry(
            id=f"item-{number}",
            label=label,
            groups={"site": "north" if number % 3 else "south"},
            content=sha256(str(number).encode()),
            mask=None,
        )
        effects = None
        if flips is not None:
            effects = e.RegionEffects(
                donor="x", area=(0.4, 0.6), drop=(0.1, 0.1), flip=(False, bool(flips[place])), shares={}
            )
        made.append(
            e.ItemRecord(
                index=place,
                entry=entry,
                scores=(1 - score, score) if predicted == YES else (score, 1 - score),
                predicted=predicted,
                target=predicted,
                maps={},
                effects=effects,
                features={},
            )
        )
    return made


def plan(**changed: object) -> Plan:
    return plan_of("quick", "image").model_copy(update=changed)


def given(store: Store, made: list[e.ItemRecord], run: str, **changes: object) -> Given:
    """Return a run of these records: its performance is measured, its regions by how often they flip."""
    fixed = changes.pop("plan", plan())
    flips = [record.effects.flip[1] for record in made if record.effects is not None]
    outside = ()
    if flips:
        share = float(np.mean(flips))
        outside = (
            factory.region("inside", "mask", 0.0, 0.1, 0.4),
            factory.region("outside", "mask", share, 0.1, 0.6),
        )
    shard = e.ShardResult(first=0, regions=(INSIDE, OUTSIDE), items=tuple(made), layer=None, tier="layers")
    document = factory.evidence(
        store,
        performance=performance(made, factory.CLASSES, fixed),
        regions=outside,
        plan=fixed,
        methods=(),
        shards=(store.put(shard.to_bytes()),),
        **({"gallery": e.Gallery(rule="none", seed=1, entries=())} | changes),
    )
    return Given(run, document, store.put(document.to_bytes()), (shard,))
