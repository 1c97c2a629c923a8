"""Prediction gaps of tables: how much the probability moves when columns are drawn anew."""

from dataclasses import dataclass
from math import ceil

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auditor.explain.trust.asking import Answer, Asked
from auditor.explain.trust.removal import Floats

_IMPORTANT = 1 / 4  # of the columns, as in OpenXAI


@dataclass(frozen=True)
class Gaps:
    """One row of which some columns take the values of other rows (Agarwal et al., OpenXAI, 2022).

    `given` (numbers,) is the row, `owners` (numbers,) says which column each number belongs to, `rows` (rows, numbers)
    are others of the set, and `important` (maps, columns) the columns with the largest attributions of each map. The
    paper adds noise; values of other rows also suit categories, and are values that occur.
    """

    given: Tensor
    owners: Tensor
    rows: Tensor
    important: NDArray[np.bool_]

    def asked(self, target: int) -> Asked:
        """Return the row with the important columns of each map drawn anew, then with all others."""
        device = self.given.device
        anew = torch.from_numpy(np.stack((self.important, ~self.important), axis=1)).to(device).flatten(0, 1)

        def made(part: slice) -> Tensor:
            number = torch.arange(part.start, part.stop, device=device)
            chosen = anew[number // len(self.rows)][:, self.owners]
            return torch.where(chosen, self.rows[number % len(self.rows)], self.given)

        return Asked(len(anew) * len(self.rows), target, made)

    def read(self, answer: Answer, whole: float) -> list[dict[str, float]]:
        """Return the mean absolute changes of the probability for each map, given that of the row itself."""
        moved = np.abs(answer.probabilities - whole).reshape(len(self.important), 2, len(self.rows))
        names = ("gap_important", "gap_unimportant")
        return [dict(zip(names, row, strict=True)) for row in moved.mean(axis=2).tolist()]


def important(values: Floats, seed: int) -> NDArray[np.bool_]:
    """Return the quarter of the columns, at least one, with the largest absolute values; the seed breaks ties."""
    ties = np.random.default_rng([seed, 0x71E]).random(len(values))
    chosen = np.zeros(len(values), dtype=np.bool_)
    chosen[np.lexsort((ties, -np.abs(values)))[: ceil(_IMPORTANT * len(values))]] = True
    return chosen
