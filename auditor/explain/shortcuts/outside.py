"""How much attribution lies outside of the relevant region, label by label and group by group."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from auditor.common.said import say
from auditor.explain.bootstrap import Floats
from auditor.explain.evidence import ItemRecord, Measure, Region
from auditor.explain.modalities.base import OUTSIDE
from auditor.explain.shortcuts.documents import OutsideMass
from auditor.explain.shortcuts.patterns import Patterns, Words

_AREA = say("mean share of places outside of the relevant region")
_SHARE = say("mean share of absolute attribution outside of the relevant region")
_BEYOND = say(
    "share of items whose decision changes when what lies outside of the relevant region is "
    "exchanged, less the share for that region, on the same items"
)


def outside_mass(seen: Patterns, regions: Sequence[Region]) -> tuple[OutsideMass, ...]:
    """Return the mass outside for every label and every group value that enough items carry.

    `regions` are what the items' effects are parallel to. Items without a relevant region or effects are not counted;
    there are no numbers where none has both.
    """
    place = _place(regions, OUTSIDE.name)
    if place is None:
        return ()
    methods = [planned.name for planned in seen.plan.methods]
    table = np.array([_row(record, place, methods) for record in seen.records])  # (items, 1 + methods)
    columns: list[tuple[str | None, Words]] = [(None, seen.labels), *seen.groups.items()]
    return tuple(one for column, values in columns for one in _by_value(seen, column, values, table, methods))


def beyond(seen: Patterns, regions: Sequence[Region]) -> Measure | None:
    """Return how much more often exchanging the surroundings changes decisions than exchanging the relevant region.

    None where no item was compared both ways. The interval is that of pairs.
    """
    inside, outside = (_place(regions, name) for name in ("inside", OUTSIDE.name))
    if inside is None or outside is None:
        return None
    pairs = [
        (record.effects.flip[outside], record.effects.flip[inside])
        for record in seen.records
        if record.effects is not None
    ]
    differences = [float(out) - float(own) for out, own in pairs if out is not None and own is not None]
    if not differences:
        return None
    return seen.bootstrap.means(np.array(differences)[:, None], [_BEYOND], [False])[0]


def _by_value(
    seen: Patterns, column: str | None, values: Words, table: Floats, methods: Sequence[str]
) -> Iterator[OutsideMass]:
    masked: NDArray[np.bool_] = np.isfinite(table[:, 0])
    for value in seen.large(values[masked]):
        rows = table[masked & (values == value)]
        area, *shares = seen.bootstrap.means(
            rows, [_AREA, *[_SHARE] * len(methods)], [False] * (1 + len(methods))
        )
        kept = {name: share for name, share in zip(methods, shares, strict=True) if share.n}
        yield OutsideMass(column=column, value=value, n=len(rows), area=area, shares=kept)


def _row(record: ItemRecord, place: int, methods: Sequence[str]) -> list[float]:
    effects = record.effects
    if effects is None:
        return [np.nan] * (1 + len(methods))
    shares = (effects.shares[name][place] if name in effects.shares else None for name in methods)
    return [np.nan if value is None else value for value in (effects.area[place], *shares)]


def _place(regions: Sequence[Region], name: str) -> int | None:
    return next((i for i, one in enumerate(regions) if one.kind == "mask" and one.name == name), None)
