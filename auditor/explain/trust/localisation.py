"""Does a map point at the place that is known to matter."""

import numpy as np
from numpy.typing import NDArray


def localised(values: NDArray[np.floating], mask: NDArray[np.bool_], prefix: str) -> dict[str, float]:
    """Return how far a map (*places) lies in a region, booleans (*places), by the names in `trust.catalog`.

    All are 0 to 1. "mass" is the share of the positive attribution that lies inside, absent where there is none.
    "rank" is the share of the k highest places that lie inside, k being the region's size; "hit" whether the highest
    place does; "area" the region's share of places, which is what a map that knows nothing reaches. Of places that
    share the value at the border, the share that lies inside counts, as if they were drawn at random. Nothing where
    the region is empty or everything.

    References
    ----------
    L. Arras, A. Osman, W. Samek: CLEVR-XAI: A benchmark dataset for the ground truth evaluation of neural network
    explanations. Information Fusion 81, 2022, section 3.2 (mass and rank accuracy).
    J. Zhang, S. A. Bargal, Z. Lin, J. Brandt, X. Shen, S. Sclaroff: Top-Down Neural Attention by Excitation Backprop.
    ECCV 2016 (pointing game, here without a margin).
    """
    size = int(mask.sum())
    if size in (0, mask.size):
        return {}
    flat, inside = values.astype(np.float64).ravel(), mask.ravel()
    positive = flat.clip(min=0)
    found = {
        "rank": _inside(flat, inside, size),
        "hit": _inside(flat, inside, 1),
        "area": size / mask.size,
    }
    if positive.any():
        found["mass"] = float(positive[inside].sum() / positive.sum())
    return {f"{prefix}_{name}": value for name, value in found.items()}


def _inside(values: NDArray[np.float64], inside: NDArray[np.bool_], count: int) -> float:
    """Return the share of the `count` highest places that lie inside."""
    border = np.partition(values, -count)[-count]
    above, tied = values > border, values == border
    open_places = count - int(above.sum())
    return float((inside[above].sum() + open_places * inside[tied].mean()) / count)
