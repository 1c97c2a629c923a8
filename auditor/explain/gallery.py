"""Which items a report shows: by a seeded rule that was fixed before the run."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import islice, zip_longest
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
    "rest to typical items, drawn at random with the seed. Errors, uncertain and typical items "
    "are taken in turn from each combination of label and decision. Ties go to the earlier item."
)


def gallery(records: Sequence[ItemRecord], plan: Plan) -> Gallery:
    """Return the entries in the order of the rule; never one item twice."""
    means = {record.index: mean for record in records if (mean := _agreement(record)) < _AGREE}
    torn = [record for record in records if record.index in means]
    torn = sorted(torn, key=lambda record: (means[record.index], record.index))[: plan.gallery // 4]
    third = (plan.gallery - len(torn)) // 3
    left = _without(records, torn)
    wrong = [record for record in left if record.predicted != record.entry.label]
    errors = _first(third, sorted(wrong, key=lambda record: (-max(record.scores), record.index)))
    left = _without(left, errors)
    uncertain = _first(third, sorted(left, key=lambda record: (_margin(record), record.index)))
    left = _without(left, uncertain)
    room = plan.gallery - len(torn) - len(errors) - len(uncertain)
    typical = _first(room, _shuffled(left, plan.seed))
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


def _first(count: int, ordered: Sequence[ItemRecord]) -> list[ItemRecord]:
    """Return so many records in turn from each combination of label and decision, within it in the given order."""
    strata = [members for _, members in sorted(_strata(ordered).items())]
    turns = zip_longest(*strata)
    return list(islice((record for turn in turns for record in turn if record is not None), count))


def _shuffled(records: Sequence[ItemRecord], seed: int) -> list[ItemRecord]:
    """Return the records at random within each combination of label and decision."""
    rng = np.random.default_rng(seed)
    strata = [members for _, members in sorted(_strata(records).items())]
    return [members[place] for members in strata for place in rng.permutation(len(members))]


def _strata(records: Sequence[ItemRecord]) -> dict[tuple[str, str], list[ItemRecord]]:
    strata: dict[tuple[str, str], list[ItemRecord]] = defaultdict(list)
    for record in records:
        strata[record.entry.label, record.predicted].append(record)
    return strata
