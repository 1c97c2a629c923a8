"""Where randomness begins: every item has a seed of its own."""

import numpy as np


def seed_of(seed: int, index: int) -> int:
    """Return the seed from which methods draw for one item, whichever batch it is in."""
    return int(np.random.SeedSequence([seed, index]).generate_state(1)[0])
