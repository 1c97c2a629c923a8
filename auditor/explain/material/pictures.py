"""Pictures and volumes that are one: re-encoded, resized, brighter, or cut a little at the edges."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from auditor.explain.material.fingerprints import PICTURE, SOLID

LEAST = 0.965
RULE = (
    "What is finer than the coarse shades of two pictures of 48 x 48 pixels correlates by 0.965 or more, as they are "
    "or after at most 5 % of one of them is cut away at each edge."
)
SOLID_RULE = (
    "What is finer than the coarse shades of two volumes of 16 x 16 x 16 voxels correlates by 0.965 or more; volumes "
    "of which a part was cut away are not found."
)
_FINE = 1.5  # standard deviation of the blur that is taken away, in places of the thumbnail
_NEIGHBOURS, _MOST_PAIRS, _AT_ONCE = 16, 20_000, 512
_ALIKE, _PROMISING = 0.6, 0.6
_STEPS = (8, 4, 2, 1)  # of which 320 are a side; the first is tried 0, 1 and 2 times
_SIDE, _MOST_CUT = 320, 17

Planes = NDArray[np.float32]
Places = NDArray[np.intp]


def alike_pictures(levels: NDArray[np.generic]) -> Places:
    """Return the pairs (pairs, 2) of thumbnails (items, 48 * 48) that show one picture, the smaller index first.

    Every two are compared as they are; cut copies are looked for among each one's 16 nearest, of at most 20,000 pairs.
    Unrelated chest films reach 0.74 and synthetic films of one make 0.952; copies cut by 2 % at each edge 0.97.
    """
    planes = levels.astype(np.float32).reshape(-1, *PICTURE)
    fine = _fine(planes)
    pairs = _above(_unit(fine))
    known = {tuple(pair) for pair in pairs.tolist()}
    asked = np.array([p for p in _nearest(_unit(planes)).tolist() if tuple(p) not in known], dtype=np.intp)
    cut = [
        part[np.maximum(_best_cut(fine, part), _best_cut(fine, part[:, ::-1])) >= LEAST]
        for part in (asked[first : first + _AT_ONCE] for first in range(0, len(asked), _AT_ONCE))
    ]
    return np.unique(np.concatenate([pairs, *cut]), axis=0)


def alike_solids(levels: NDArray[np.generic]) -> Places:
    """Return the pairs (pairs, 2) of thumbnails (items, 16 * 16 * 16) that show one volume."""
    return _above(_unit(_fine(levels.astype(np.float32).reshape(-1, *SOLID))))


def _fine(planes: Planes) -> Planes:
    """Return thumbnails without their coarse shades, which all pictures of one part of the body share."""
    blur = (0.0, *[_FINE] * (planes.ndim - 1))
    return np.asarray(planes - gaussian_filter(planes, blur, mode="nearest"), dtype=np.float32)


def _unit(planes: Planes) -> Planes:
    """Return each as a line of mean 0 and length 1, or of zeros where it has one level, (items, places)."""
    lines = planes.reshape(len(planes), -1)
    lines = lines - lines.mean(1, keepdims=True)
    lengths = np.linalg.norm(lines, axis=1, keepdims=True)
    return np.asarray(np.where(lengths > 1e-3, lines / np.maximum(lengths, 1e-3), 0), dtype=np.float32)


def _above(lines: Planes) -> Places:
    """Return the pairs whose correlation is high enough, block by block."""
    found = []
    for first in range(0, len(lines), _AT_ONCE):
        rows, columns = np.nonzero(lines[first : first + _AT_ONCE] @ lines.T >= LEAST)
        later = columns > rows + first
        found.append(np.stack([rows[later] + first, columns[later]], axis=1))
    return np.concatenate(found) if found else np.empty((0, 2), dtype=np.intp)


def _nearest(lines: Planes) -> Places:
    """Return each item with its nearest others, each pair once, the most alike first and at most so many."""
    count, found = min(_NEIGHBOURS, len(lines) - 1), dict[tuple[int, int], float]()
    for first in range(0, len(lines) if count > 0 else 0, _AT_ONCE):
        likeness = lines[first : first + _AT_ONCE] @ lines.T
        likeness[np.arange(len(likeness)), first + np.arange(len(likeness))] = -np.inf
        nearest = np.argpartition(-likeness, count - 1, axis=1)[:, :count]
        for row, others in enumerate(nearest.tolist()):
            for other in others:
                if likeness[row, other] >= _ALIKE:
                    pair = (min(first + row, other), max(first + row, other))
                    found[pair] = max(found.get(pair, -1.0), round(float(likeness[row, other]), 5))
    ranked = sorted(found, key=lambda pair: (-found[pair], pair))[:_MOST_PAIRS]
    return np.array(ranked, dtype=np.intp).reshape(-1, 2)


def _best_cut(fine: Planes, pairs: Places) -> Planes:
    """Return the highest correlation of cuts of the first of each pair with the second, (pairs,)."""
    best = np.full(len(pairs), -1, dtype=np.float32)
    cuts = np.zeros((len(pairs), 4), dtype=np.intp)  # left, right, top, bottom
    places = np.arange(len(pairs))
    for step in _STEPS:
        if step != _STEPS[0]:
            places = places[best[places] >= _PROMISING]
        around = np.array(list(np.ndindex(3, 3, 3, 3))) - (0 if step == _STEPS[0] else 1)
        base = cuts[places]
        against = _unit(fine[pairs[places, 1]])
        for move in around * step:
            tried = np.clip(base + move, 0, _MOST_CUT)
            rows, columns = _cutting()[tried[:, 2], tried[:, 3]], _cutting()[tried[:, 0], tried[:, 1]]
            made = rows @ fine[pairs[places, 0]] @ columns.transpose(0, 2, 1)
            likeness = (_unit(made) * against).sum(1)
            better = likeness > best[places]
            best[places[better]], cuts[places[better]] = likeness[better], tried[better]
    return best


@lru_cache(maxsize=1)
def _cutting() -> Planes:
    """Return what stretches a line of a thumbnail after a cut at both ends, (cut, cut, 48, 48)."""
    side = PICTURE[0]
    made = np.zeros((_MOST_CUT + 1, _MOST_CUT + 1, side, side), dtype=np.float32)
    for first, last in np.ndindex(_MOST_CUT + 1, _MOST_CUT + 1):
        share = (np.arange(side) + 0.5) / side * (_SIDE - first - last) / _SIDE + first / _SIDE
        places = np.clip(share * side - 0.5, 0, side - 1)
        low = np.minimum(places.astype(np.intp), side - 2)
        made[first, last, np.arange(side), low] = 1 - (places - low)
        made[first, last, np.arange(side), low + 1] = places - low
    return made
