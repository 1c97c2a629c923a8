"""Which items a report shows: by a seeded rule that was fixed before the run."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from statistics import fmean

import numpy as np

from auditor.common.said import say
from auditor.explain.evidence import Gallery, GalleryEntry, ItemRecord
from auditor.explain.plan import Plan

_AGREE = 0.5
RULE = say(
    "At most a quarter of the places go to items on which methods disagree: the mean rank "
    "correlation of two methods' maps over the item's parts is below 0.5; the lowest comes "
    "first. Of the places that are left, at most a third go to the worst errors (the wrong "
    "decision with the highest probability first), then at most a third to the least certain "
    "others (the smallest distance between the two highest probabilities first), and the "
    "rest to typical items: drawn at random with the seed, in turn from each combination of "
    "label and decision. Ties go to the earlier item."
)


def gallery(records: Sequence[ItemRecord], plan: Plan) -> Gallery:
    """Return the entries in the order of the rule; never one item twice."""
    means = {record.index: mean for record in records if (mean := _agreement(record)) < _AGREE}
    torn = [record for record in records if record.index in means]
    torn = sorted(torn, key=lambda record: (means[record.index], record.index))[: plan.gallery // 4]
    third = (plan.gallery - len(torn)) // 3
    left = _without(records, torn)
    wrong = [record for record in left if record.predicted != record.entry.label]
    errors = sorted(wrong, key=lambda record: (-max(record.scores), record.index))[:third]
    left = _without(left, errors)
    uncertain = sorted(left, key=lambda record: (_margin(record), record.index))[:third]
    left = _without(left, uncertain)
    room = plan.gallery - len(torn) - len(errors) - len(uncertain)
    typical = [record for record, _ in zip(_in_turn(left, plan.seed), range(room), strict=False)]
    entries = (
        *(GalleryEntry(rule="methods disagree", item=record) for record in torn),
        *(GalleryEntry(rule="worst error", item=record) for record in errors),
        *(GalleryEntry(rule="least certain", item=record) for record in uncertain),
        *(GalleryEntry(rule="typical", item=record) for record in typical),
    )
    return Gallery(rule=RULE, seed=plan.seed, entries=entries)


def _without(records: Sequence[ItemRecord], taken: Sequence[ItemRecord]) -> list[ItemRecord]:
    gone = {record.index for record in taken}
    return [record for record in records if record.index not in gone]


def _agreement(record: ItemRecord) -> float:
    """Return the mean rank correlation of two methods; 1 where no two can be compared."""
    found = [pair.correlation for pair in record.agreement]
    return fmean(found) if found else 1.0


def _margin(record: ItemRecord) -> float:
    first, second = sorted(record.scores, reverse=True)[:2]
    return first - second


def _in_turn(records: Sequence[ItemRecord], seed: int) -> Iterator[ItemRecord]:
    strata: dict[tuple[str, str], list[ItemRecord]] = defaultdict(list)
    for record in records:
        strata[record.entry.label, record.predicted].append(record)
    rng = np.random.default_rng(seed)
    shuffled = [[members[i] for i in rng.permutation(len(members))] for _, members in sorted(strata.items())]
    for place in range(max(map(len, shuffled), default=0)):
        for members in shuffled:
            if place < len(members):
                yield members[place]
