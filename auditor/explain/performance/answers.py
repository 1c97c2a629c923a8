"""What a model answered and what was right, as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from auditor.explain.bootstrap import Floats

if TYPE_CHECKING:
    from auditor.explain.evidence import ItemRecord

Chosen = NDArray[np.bool_]


@dataclass(frozen=True)
class Answers:
    """Labels and decisions (items,) as class indices, and probabilities (items, classes)."""

    labels: NDArray[np.int64]
    decided: NDArray[np.int64]
    scores: Floats

    @classmethod
    def read(cls, records: "Sequence[ItemRecord]", classes: Sequence[str]) -> "Answers":
        """Return the answers that records hold."""
        position = {name: index for index, name in enumerate(classes)}
        return cls(
            labels=np.array([position[record.entry.label] for record in records], dtype=np.int64),
            decided=np.array([position[record.predicted] for record in records], dtype=np.int64),
            scores=np.array([record.scores for record in records], dtype=np.float64).reshape(
                -1, len(classes)
            ),
        )

    def of(self, chosen: Chosen) -> "Answers":
        """Return the answers on some of the items."""
        return Answers(self.labels[chosen], self.decided[chosen], self.scores[chosen])

    @property
    def right(self) -> Chosen:
        """Whether each decision agrees with its label, (items,)."""
        agree: Chosen = self.labels == self.decided
        return agree

    def confusion(self) -> NDArray[np.int64]:
        """Return how many items of each label (rows) were decided as each class (columns)."""
        classes = self.scores.shape[1]
        counts = np.zeros((classes, classes), dtype=np.int64)
        np.add.at(counts, (self.labels, self.decided), 1)
        return counts
