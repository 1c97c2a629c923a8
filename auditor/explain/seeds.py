"""Where randomness begins: every item has a seed of its own, and a part of a set is drawn by one seed."""

import numpy as np
from numpy.typing import NDArray


def seed_of(seed: int, index: int) -> int:
    """Return the seed from which methods draw for one item, whichever batch it is in."""
    return int(np.random.SeedSequence([seed, index]).generate_state(1)[0])


def drawn(total: int, most: int, seed: int) -> NDArray[np.int64]:
    """Return the positions of `most` of `total` items, drawn by the seed, in order; of fewer items all."""
    return np.sort(np.random.default_rng(seed).permutation(total)[:most])
