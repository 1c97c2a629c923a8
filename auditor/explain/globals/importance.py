"""Region effects of single items, put together for the whole set."""

from collections.abc import Sequence

import numpy as np

from auditor.common.said import say
from auditor.explain.bootstrap import Bootstrap, Floats
from auditor.explain.evidence import ItemRecord, Measure, Region, RegionImportance
from auditor.explain.plan import Plan

_AREA = say("mean share of the item's places")
_EXCHANGED = (
    say("mean fall of the explained class's probability when the region is a donor's of another label"),
    say("share of items whose decision changes when the region is a donor's of another label"),
)
_TAKEN = (
    say("mean fall of the explained class's probability when the region is taken away"),
    say("share of items whose decision changes when the region is taken away"),
)
_SHARE = say("mean share of absolute attribution in the region")


def importance(
    records: Sequence[ItemRecord], regions: Sequence[Region], plan: Plan
) -> tuple[RegionImportance, ...]:
    """Return each region's importance over the items that have effects; none where no item has a donor."""
    found = [record.effects for record in records if record.effects is not None]
    if not found:
        return ()
    methods = sorted({name for effect in found for name in effect.shares})
    nothing: tuple[None, ...] = (None,) * len(regions)
    tables = [
        _table([effect.area for effect in found]),
        _table([effect.drop for effect in found]),
        _table([effect.flip for effect in found]),
        *(_table([effect.shares.get(name, nothing) for effect in found]) for name in methods),
    ]
    drop, flip = _TAKEN if all(effect.donor is None for effect in found) else _EXCHANGED
    count = len(regions)
    how = [_AREA, drop, flip, *[_SHARE] * len(methods)]
    measures = Bootstrap.of(plan).means(
        np.concatenate(tables, axis=1),
        [text for text in how for _ in range(count)],
        [text == flip for text in how for _ in range(count)],
    )
    by_table = [measures[first : first + count] for first in range(0, len(measures), count)]
    return tuple(
        _importance(region, [table[index] for table in by_table], methods)
        for index, region in enumerate(regions)
    )


def _importance(region: Region, measures: list[Measure], methods: list[str]) -> RegionImportance:
    area, drop, flips, *shares = measures
    return RegionImportance(
        **region.model_dump(),
        area=area,
        drop=drop,
        flips=flips,
        shares=dict(zip(methods, shares, strict=True)),
    )


def _table(rows: Sequence[Sequence[float | bool | None]]) -> Floats:
    return np.array([[np.nan if value is None else float(value) for value in row] for row in rows])
