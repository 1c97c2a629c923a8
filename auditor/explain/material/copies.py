"""Items that are in a set twice: with the same content, or one to all appearances."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, islice

import numpy as np
from numpy.typing import NDArray

from auditor.common.said import say
from auditor.explain.evidence import ItemRecord
from auditor.explain.material import pictures, rows
from auditor.explain.material.documents import Across, Copies, Pair, Pairs
from auditor.explain.material.fingerprints import read
from auditor.explain.spec import Modality

GRAPH_RULE = say(
    "Refining the colours of nodes by those around them tells two graphs apart by no number and no edge."
)
_MOST_LISTED = 20
_MOST_PAIRS = 200_000

Found = tuple[Iterable[tuple[int, int]], bool]


def copies(records: Sequence[ItemRecord], kind: Modality) -> Copies:
    """Return the pairs of items with the same content and those that are one but for small changes."""
    same = _pairs_within(_grouped([record.entry.content for record in records]))
    exact = _counted(records, same, len(same) < _MOST_PAIRS)
    if any(not record.fingerprint for record in records):
        return Copies(exact=exact, unmeasured=say("no fingerprints of the items were taken"))
    if kind == "table" and rows.by_chance(_numbers(records)) >= 0.5:
        return Copies(exact=exact, unmeasured=rows.CHANCE)
    rule, (found, complete) = _near(records, kind)
    different = [
        (first, second)
        for first, second in found
        if records[first].entry.content != records[second].entry.content
    ]
    return Copies(exact=exact, near=_counted(records, different, complete), rule=rule)


def _near(records: Sequence[ItemRecord], kind: Modality) -> tuple[str, Found]:
    prints = [record.fingerprint for record in records]
    if kind == "graph":
        found = _pairs_within(_grouped(prints))
        return GRAPH_RULE, (found, len(found) < _MOST_PAIRS)
    if kind == "table":
        near, complete = rows.alike_rows(_numbers(records))
        return rows.RULE, (_listed(near.tolist()), complete)
    if kind == "image":
        return pictures.RULE, (_listed(pictures.alike_pictures(read(prints, "u1")).tolist()), True)
    return pictures.SOLID_RULE, (_listed(pictures.alike_solids(read(prints, "u1")).tolist()), True)


def _numbers(records: Sequence[ItemRecord]) -> NDArray[np.float64]:
    return read([record.fingerprint for record in records], "<f8").astype(np.float64)


def _listed(pairs: Iterable[Sequence[int]]) -> list[tuple[int, int]]:
    return [(first, second) for first, second in pairs]


def _grouped(names: Sequence[str]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(names):
        found[name].append(place)
    return found


def _pairs_within(groups: Mapping[str, list[int]]) -> list[tuple[int, int]]:
    every = (pair for members in groups.values() for pair in combinations(members, 2))
    return list(islice(every, _MOST_PAIRS))


def _counted(records: Sequence[ItemRecord], found: Sequence[tuple[int, int]], complete: bool) -> Pairs:
    pairs = [_pair(records[first], records[second]) for first, second in found]
    across = Counter(column for pair in pairs for column in pair.across)
    ordered = sorted(pairs, key=lambda pair: (not pair.labels, pair.first, pair.second))
    return Pairs(
        count=len(pairs),
        labels=sum(pair.labels for pair in pairs),
        across=tuple(Across(column=column, pairs=n) for column, n in sorted(across.items())),
        listed=tuple(ordered[:_MOST_LISTED]),
        complete=complete,
    )


def _pair(one: ItemRecord, other: ItemRecord) -> Pair:
    first, second = sorted((one.entry, other.entry), key=lambda entry: entry.id)
    return Pair(
        first=first.id,
        second=second.id,
        labels=first.label != second.label,
        across=tuple(c for c in sorted(first.groups) if first.groups[c] != second.groups.get(c)),
    )
