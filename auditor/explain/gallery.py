"""Which items a report shows: by a seeded rule that was fixed before the run."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from auditor.explain.evidence import Gallery, GalleryEntry, ItemRecord
from auditor.explain.plan import Plan

RULE = (
    "At most a third of the places go to the worst errors (the wrong decision with the highest probability "
    "first), then at most a third to the least certain others (the smallest distance between the two highest "
    "probabilities first), and the rest to typical items: drawn at random with the seed, in turn from each "
    "combination of label and decision. Ties go to the earlier item."
)


def gallery(records: Sequence[ItemRecord], plan: Plan) -> Gallery:
    """Return the entries in the order of the rule; never one item twice."""
    third = plan.gallery // 3
    wrong = [record for record in records if record.predicted != record.entry.label]
    errors = sorted(wrong, key=lambda record: (-max(record.scores), record.index))[:third]
    taken = {record.index for record in errors}
    others = [record for record in records if record.index not in taken]
    uncertain = sorted(others, key=lambda record: (_margin(record), record.index))[:third]
    taken |= {record.index for record in uncertain}
    left = [record for record in records if record.index not in taken]
    room = plan.gallery - len(errors) - len(uncertain)
    typical = [record for record, _ in zip(_in_turn(left, plan.seed), range(room), strict=False)]
    entries = (
        *(GalleryEntry(rule="worst error", item=record) for record in errors),
        *(GalleryEntry(rule="least certain", item=record) for record in uncertain),
        *(GalleryEntry(rule="typical", item=record) for record in typical),
    )
    return Gallery(rule=RULE, seed=plan.seed, entries=entries)


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
