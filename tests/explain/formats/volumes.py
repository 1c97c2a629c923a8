"""Every order of a volume's axes, and when two volumes are the same."""

import itertools

import numpy as np

from auditor.explain.formats.volume import Volume

ORDERS = [
    "".join(letters[axis][flip] for axis, flip in zip(order, flips, strict=True))
    for letters in [("RL", "AP", "SI")]
    for order in itertools.permutations(range(3))
    for flips in itertools.product((0, 1), repeat=3)
]


def same(found: Volume, expected: Volume) -> bool:
    return np.array_equal(found.voxels, expected.voxels) and np.allclose(
        found.spacing, expected.spacing, rtol=1e-6
    )
