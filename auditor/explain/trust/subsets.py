"""Infidelity and sensitivity-n: how well sums of a map foretell the change of the score without random parts."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auditor.explain.trust.asking import Answer, Asked
from auditor.explain.trust.removal import Floats, Removal
from auditor.explain.trust.settings import TrustPlan


@dataclass(frozen=True)
class Subsets:
    """Random sets of one item's parts, which all methods are held against.

    `cells` (places,) says which part each place belongs to, `chosen` (sets, parts) which parts leave, and `sizes`
    (sets,) how many.
    """

    removal: Removal
    cells: NDArray[np.int64]
    chosen: NDArray[np.bool_]

    @classmethod
    def drawn(cls, removal: Removal, grid: int, plan: TrustPlan, seed: int) -> "Subsets":
        """Return `plan.subsets` sets of each size, drawn by the item's seed; none where there are no two parts.

        Sizes are shares of the parts, rounded, at least one part and never all; a size is drawn once.
        """
        cells, rng = removal.cells(grid), np.random.default_rng([seed, 0x5E7])
        parts = int(cells.max(initial=-1)) + 1
        sizes = {min(max(round(share * parts), 1), parts - 1) for share in plan.sizes} if parts > 1 else ()
        ranks = [rng.random((plan.subsets, parts)).argsort(axis=1) < size for size in sorted(sizes)]
        return cls(removal, cells, np.concatenate([np.zeros((0, parts), np.bool_), *ranks]))

    def asked(self, target: int) -> Asked:
        """Return the item without each set."""
        device = self.removal.given.device
        chosen, cells = (torch.from_numpy(one).to(device) for one in (self.chosen, self.cells))

        def made(part: slice) -> Tensor:
            return self.removal.without(chosen[part][:, cells])

        return Asked(len(self.chosen), target, made)

    def read(self, answer: Answer, whole: float, values: Floats) -> dict[str, float]:
        """Return infidelity and sensitivity-n of a map (places,), given the logit of the whole item."""
        if not len(self.chosen):
            return {}
        parts = np.bincount(self.cells, weights=values, minlength=self.chosen.shape[1])
        sums, changes = self.chosen.astype(np.float64) @ parts, whole - answer.scores
        found = {
            "infidelity": infidelity(sums, changes),
            "sensitivity_n": sensitivity_n(sums, changes, self.chosen.sum(axis=1)),
        }
        return {name: value for name, value in found.items() if value is not None}


def infidelity(sums: Floats, changes: Floats) -> float | None:
    """Return the infidelity of a map, 0 to 1, relative to the mean squared change; None where nothing changed.

    `sums` (sets,) are the map's sums over what was taken away and `changes` the falls of the target's logit. This is
    Yeh et al. (2019) with a region taken away as the perturbation, for maps that are in units of the score, after the
    map is scaled at its best; 1 is what a map of zeros reaches. The sign of that scale is free, as in the paper, so
    it is sensitivity-n that tells a map from its negative.
    """
    squares, power = float(np.mean(changes**2)), float(np.mean(sums**2))
    if squares == 0:
        return None
    scale = float(np.mean(sums * changes)) / power if power > 0 else 0.0
    return float(np.mean((scale * sums - changes) ** 2)) / squares


def sensitivity_n(sums: Floats, changes: Floats, sizes: NDArray[np.int64]) -> float | None:
    """Return the mean over sizes of the correlation between sums and changes (Ancona et al. 2018), -1 to 1.

    Sizes at which either does not vary have none; None where no size has one.
    """
    found = [
        float(np.corrcoef(sums[sizes == size], changes[sizes == size])[0, 1])
        for size in np.unique(sizes)
        if _varies(sums[sizes == size]) and _varies(changes[sizes == size])
    ]
    return float(np.mean(found)) if found else None


def _varies(values: Floats) -> bool:
    """Say whether values differ by more than the rounding of float32."""
    return bool(np.ptp(values) > 1e-6 * np.abs(values).max())
