"""Groups of items whose maps are alike: spectral relevance analysis (SpRAy)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom

from auditor.common.said import say
from auditor.explain.arrays import Put, put_array
from auditor.explain.bootstrap import Floats
from auditor.explain.evidence import Measure
from auditor.explain.globals.drift import holm
from auditor.explain.shortcuts.documents import Cluster, Clustering, Excess
from auditor.explain.shortcuts.patterns import Patterns
from auditor.explain.shortcuts.spectral import spectral_clusters

_MOST_CLUSTERS, _MOST_ITEMS, _NAMED = 8, 1500, 5
_HALF = 0.5
_RELEVANT = say("mean share of the cluster's places that lies in the relevant region")
_ERRORS = say("share of the cluster's items decided otherwise than labelled")
Members = NDArray[np.int64]


def clusterings(seen: Patterns, put: Put) -> tuple[Clustering, ...]:
    """Return the clusters of each method's maps among the items decided as each class, mean maps through `put`.

    A method and class with fewer than two smallest groups of items is left out; of very many items some are drawn.

    Notes
    -----
    S. Lapuschkin et al.: Unmasking Clever Hans predictors and assessing what machines really learn. Nature
    Communications 10, 2019: absolute maps, made coarse and of equal sums, are clustered class by class.
    """
    return tuple(
        _clustering(seen, method, decided, members, put)
        for method in seen.absolute
        for decided in seen.classes
        if len(members := _members(seen, method, decided)) >= 2 * seen.plan.minimum_group
    )


def _members(seen: Patterns, method: str, decided: str) -> Members:
    """Return which items with a map of the method are decided as a class, at most as many as can be compared."""
    found = np.flatnonzero((seen.decided == decided) & np.isfinite(_flat(seen.absolute[method])).all(axis=1))
    return np.sort(np.random.default_rng([seen.plan.seed, 0x5B4A]).permutation(found)[:_MOST_ITEMS])


def _clustering(seen: Patterns, method: str, decided: str, members: Members, put: Put) -> Clustering:
    maps = planar(seen.absolute[method][members])
    found, eigenvalues = spectral_clusters(
        _flat(maps), min(_MOST_CLUSTERS, len(members) // seen.plan.minimum_group)
    )
    parts = [np.flatnonzero(found == one) for one in range(found.max() + 1)]
    large = [part for part in parts if len(part) >= seen.plan.minimum_group]
    excess = _excess(seen, members, large)
    return Clustering(
        method=method,
        decided=decided,
        n=len(members),
        eigenvalues=tuple(max(0.0, float(value)) for value in eigenvalues),
        clusters=tuple(
            _cluster(_Part(seen, members[part], maps[part]), len(members), excess[index], put)
            for index, part in enumerate(large)
        ),
        left_out=len(members) - sum(len(part) for part in large),
    )


@dataclass(frozen=True)
class _Part:
    """The items of one cluster and their maps, (items, rows, columns)."""

    seen: Patterns
    members: Members
    maps: Floats

    @property
    def mean(self) -> Floats:
        """The mean map, (rows, columns)."""
        result: Floats = self.maps.mean(axis=0)
        return result

    def errors(self) -> Measure:
        """Return the share of wrong decisions."""
        wrong = self.seen.decided[self.members] != self.seen.labels[self.members]
        return self.seen.bootstrap.share(int(wrong.sum()), len(wrong), _ERRORS)

    def relevant(self, cells: Sequence[tuple[int, int]]) -> Measure | None:
        """Return how much of some cells lies in the relevant region; None where no item has one."""
        if self.seen.relevant is None:
            return None
        inside = self.seen.relevant[self.members]
        covered = planar(inside) / (inside.shape[1] if inside.ndim == 4 else 1)  # (items, rows, columns)
        shares = np.stack([covered[:, row, column] for row, column in cells], axis=1).mean(axis=1)
        if not np.isfinite(shares).any():
            return None
        return self.seen.bootstrap.means(shares[:, None], [_RELEVANT], [False])[0]

    def nearest(self) -> tuple[str, ...]:
        """Return the ids of the items nearest to the mean."""
        distances = ((self.maps - self.mean) ** 2).sum(axis=(1, 2))
        chosen = self.members[np.argsort(distances, kind="stable")[:_NAMED]]
        return tuple(self.seen.records[int(place)].entry.id for place in chosen)


def _cluster(part: _Part, total: int, excess: tuple[Excess, ...], put: Put) -> Cluster:
    mean, seen = part.mean, part.seen
    cells = half_of_mass(mean)
    area = len(cells) / mean.size
    border = mean.shape[0] > 1 and all(_at_border(cell, mean.shape) for cell in cells)
    relevant = part.relevant(cells)
    apart = border if relevant is None else _little(relevant, seen.relevant)
    return Cluster(
        n=len(part.members),
        share=len(part.members) / total,
        labels=dict(sorted(Counter(seen.labels[part.members].tolist()).items())),
        errors=part.errors(),
        mean=put_array(mean, put),
        cells=cells,
        area=area,
        border=border,
        relevant=relevant,
        spot=apart and area <= seen.plan.thresholds.spot_area,
        excess=excess,
        items=part.nearest(),
    )


def half_of_mass(mean: Floats) -> tuple[tuple[int, int], ...]:
    """Return the smallest set of places (row, column) with at least half of a map's mass, largest first."""
    order = np.argsort(-mean.ravel(), kind="stable")
    count = int(np.searchsorted(np.cumsum(mean.ravel()[order]), _HALF * mean.sum() * (1 - 1e-12))) + 1
    rows, columns = np.unravel_index(order[:count], mean.shape)
    return tuple((int(row), int(column)) for row, column in zip(rows, columns, strict=True))


def planar(maps: Floats) -> Floats:
    """Return maps (items, *cells) as (items, rows, columns): a table is one row, layers are added up."""
    if maps.ndim == 2:
        return maps[:, None, :]
    return np.asarray(maps.sum(axis=1)) if maps.ndim == 4 else maps


def _little(relevant: Measure, everywhere: Floats | None) -> bool:
    """Whether less of some cells is relevant than of the items as a whole: less than an even spread would meet."""
    even = 0.0 if everywhere is None else float(np.nanmean(everywhere))
    most = relevant.value if relevant.high is None else relevant.high
    return most is not None and most < even


def _at_border(cell: tuple[int, int], shape: tuple[int, ...]) -> bool:
    return cell[0] in (0, shape[0] - 1) or cell[1] in (0, shape[1] - 1)


def _flat(maps: Floats) -> Floats:
    return maps.reshape(len(maps), -1)


def _excess(seen: Patterns, members: Members, parts: Sequence[Members]) -> list[tuple[Excess, ...]]:
    """Return by cluster the group values that it holds more of than chance gives, after Holm's correction.

    A value is counted where the clustering has enough items of it; the test is the exact one of drawing the cluster
    from all items without replacement.
    """
    asked = [
        (place, column, value)
        for place in range(len(parts))
        for column, values in seen.groups.items()
        for value in seen.large(values[members])
    ]
    drawn = []
    for place, column, value in asked:
        carry = seen.groups[column][members] == value
        n, expected = int(carry[parts[place]].sum()), len(parts[place]) * float(carry.mean())
        p_value = hypergeom.sf(n - 1, len(members), int(carry.sum()), len(parts[place]))
        drawn.append((n, expected, min(1.0, float(p_value))))
    adjusted = holm(np.array([p_value for *_, p_value in drawn], dtype=np.float64))
    found: list[list[Excess]] = [[] for _ in parts]
    for (place, column, value), (n, expected, p_value), corrected in zip(asked, drawn, adjusted, strict=True):
        if corrected <= 1 - seen.plan.confidence:
            found[place].append(
                Excess(
                    column=column,
                    value=value,
                    n=n,
                    expected=expected,
                    p_value=p_value,
                    adjusted=float(corrected),
                )
            )
    return [tuple(one) for one in found]
