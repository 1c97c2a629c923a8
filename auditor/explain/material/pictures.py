"""Pictures and volumes that are one: re-encoded, resized, brighter, or cut a little at the edges."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from auditor.common.said import say
from auditor.explain.material.fingerprints import PICTURE, SOLID

LEAST, LEAST_SOLID = 0.965, 0.985
RULE = say(
    "What is finer than the coarse shades of two pictures of 48 x 48 pixels correlates by "
    "0.965 or more, as they are or after at most 5 % of one of them is cut away at each edge."
)
SOLID_RULE = say(
    "What is finer than the coarse shades of two volumes of 16 x 16 x 16 voxels correlates "
    "by 0.985 or more; volumes of which a part was cut away are not found."
)
_BLUR, _BLUR_SOLID = 1.5, 0.8  # standard deviation of what is taken away, in places of the thumbnail
_NEIGHBOURS, _MOST_PAIRS, _AT_ONCE = 12, 20_000, 128
_ALIKE, _PROMISING = 0.8, 0.5
_STEPS = ((3.0, 3), (1.5, 2), (0.7, 3))  # blurs, in places of the thumbnail, and how often each is tried
_MOST_CUT = 0.055

Floats = NDArray[np.float64]
Planes = NDArray[np.float32]
Places = NDArray[np.intp]


def alike_pictures(levels: NDArray[np.generic]) -> Places:
    """Return the pairs (pairs, 2) of thumbnails (items, 48 * 48) that show one picture, the smaller index first.

    Every two are compared as they are; cut copies are looked for among each one's 12 nearest, of at most 20,000 pairs.
    As measured, unrelated chest films reach 0.82 and synthetic films of one make 0.951; of copies cut by 2 % at each
    edge, 95 in 100 reach 0.969, and of those that are recoded, resized, brighter or noisy all reach 0.99.
    """
    planes = levels.astype(np.float32).reshape(-1, *PICTURE)
    fine = _fine(planes)
    pairs = _above(_unit(fine))
    known = {tuple(pair) for pair in pairs.tolist()}
    asked = np.array([p for p in _nearest(_unit(planes)).tolist() if tuple(p) not in known], dtype=np.intp)
    cut = [
        part[np.maximum(_best_cut(planes, part), _best_cut(planes, part[:, ::-1])) >= LEAST]
        for part in (asked[first : first + _AT_ONCE] for first in range(0, len(asked), _AT_ONCE))
    ]
    return np.unique(np.concatenate([pairs, *cut]), axis=0)


def alike_solids(levels: NDArray[np.generic]) -> Places:
    """Return the pairs (pairs, 2) of thumbnails (items, 16 * 16 * 16) that show one volume.

    As measured, chests drawn by formulas of one make reach 0.978; copies that are noisy or coarser 0.991.
    """
    return _above(_unit(_fine(levels.astype(np.float32).reshape(-1, *SOLID), _BLUR_SOLID)), LEAST_SOLID)


def _fine(planes: Planes, sigma: float = _BLUR) -> Planes:
    """Return thumbnails without their coarse shades, which all pictures of one part of the body share."""
    blur = (0.0, *[sigma] * (planes.ndim - 1))
    return np.asarray(planes - gaussian_filter(planes, blur, mode="nearest"), dtype=np.float32)


def _unit(planes: Planes) -> Planes:
    """Return each as a line of mean 0 and length 1, or of zeros where it has one level, (items, places)."""
    lines = planes.reshape(len(planes), -1)
    lines = lines - lines.mean(1, keepdims=True)
    lengths = np.linalg.norm(lines, axis=1, keepdims=True)
    return np.asarray(np.where(lengths > 1e-3, lines / np.maximum(lengths, 1e-3), 0), dtype=np.float32)


def _above(lines: Planes, least: float = LEAST) -> Places:
    """Return the pairs whose correlation is high enough, block by block."""
    found = []
    for first in range(0, len(lines), _AT_ONCE):
        rows, columns = np.nonzero(lines[first : first + _AT_ONCE] @ lines.T >= least)
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


def _best_cut(planes: Planes, pairs: Places) -> Planes:
    """Return how well the first of each pair, cut to fit, correlates with the second in what is fine, (pairs,).

    The cut is found by least squares, first where both are blurred and then as they are.

    B. Lucas, T. Kanade: An Iterative Image Registration Technique with an Application to Stereo Vision. IJCAI 1981.
    """
    best, cuts = np.full(len(pairs), -1, dtype=np.float32), np.zeros((len(pairs), 4))
    places = np.arange(len(pairs))
    for blur, steps in _STEPS:
        source, wanted = planes[pairs[places, 0]], planes[pairs[places, 1]]
        one, other = (gaussian_filter(part, (0, blur, blur), mode="nearest") for part in (source, wanted))
        for _ in range(steps):  # cuts: left, right, top, bottom, as shares of the side
            cut = cuts[places]
            cuts[places] = np.clip(cut + _step(_cut(one, cut), other, cut), 0, _MOST_CUT)
        best[places] = (_unit(_fine(_cut(source, cuts[places]))) * _unit(_fine(wanted))).sum(1)
        places = places[best[places] >= _PROMISING]
        if not len(places):
            break
    return best


def _step(made: Planes, wanted: Planes, cuts: Floats) -> Floats:
    """Return the change of cuts, (pairs, 4), that takes pictures nearest to others, allowing for gain and level."""
    side = made.shape[1]
    along = ((np.arange(side) + 0.5) / side).astype(np.float32)
    down, across = np.gradient(made.astype(np.float32), axis=(1, 2))
    kept = (1 - cuts.reshape(-1, 2, 2).sum(2)).astype(np.float32)  # of the width, of the height
    across, down = across * (side / kept[:, 0, None, None]), down * (side / kept[:, 1, None, None])
    moved = (
        across * (1 - along),
        -across * along,
        down * (1 - along)[:, None],
        -down * along[:, None],
        made,
        np.ones_like(made),
    )
    slopes = np.stack(moved, axis=1, dtype=np.float32).reshape(len(made), len(moved), -1)
    square = (slopes @ slopes.transpose(0, 2, 1)).astype(np.float64)
    ridge = (1e-6 * np.trace(square, axis1=1, axis2=2)[:, None, None] + 1e-9) * np.eye(len(moved))
    rest = slopes @ (wanted - made).reshape(len(made), -1, 1)
    return np.asarray(np.linalg.solve(square + ridge, rest.astype(np.float64))[:, :4, 0])


def _cut(planes: Planes, cuts: Floats) -> Planes:
    """Return pictures (pairs, 48, 48) stretched to their size after a cut at each edge."""
    columns, rows = _stretching(cuts[:, 0], cuts[:, 1]), _stretching(cuts[:, 2], cuts[:, 3])
    return np.asarray(rows @ planes @ columns.transpose(0, 2, 1), dtype=np.float32)


def _stretching(first: Floats, last: Floats) -> Planes:
    """Return what stretches a line after a cut at both ends, (pairs, 48, 48)."""
    side = PICTURE[0]
    share = first[:, None] + (np.arange(side) + 0.5) / side * (1 - first - last)[:, None]
    places = np.clip(share * side - 0.5, 0, side - 1)[..., None]
    return np.asarray(np.clip(1 - np.abs(places - np.arange(side)), 0, 1), dtype=np.float32)
