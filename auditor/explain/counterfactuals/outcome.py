"""What the model says of an item, and whether it says something else of a changed one."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.bootstrap import Floats
from auditor.explain.model import AuditedModel


@dataclass(frozen=True)
class Outcome:
    """The probabilities of an item as it is, (classes,), and the class wanted instead, None for any other."""

    before: Floats
    target: int | None
    margin: float

    @classmethod
    def of(cls, model: AuditedModel, item: Tensor, target: int | None, margin: float) -> "Outcome":
        """Return what is asked about an item.

        Raises Refused where the target is none of the classes, or the model's answer is not numbers.
        """
        if target is not None and not 0 <= target < len(model.classes):
            raise Refused(
                say(
                    "The class %(target)s is none of the model's %(classes)s classes, which count from 0.",
                    target=target,
                    classes=len(model.classes),
                )
            )
        before = answers(model, lambda _: item[None], 1, 1)[0]
        if not np.isfinite(before).all():
            raise Refused(
                say("The model's answer for this item holds values that are not numbers; check the item.")
            )
        return cls(before, target, margin)

    @property
    def predicted(self) -> int:
        """The model's class for the item as it is."""
        return int(self.before.argmax())

    def altered(self, probabilities: Floats) -> NDArray[np.bool_]:
        """Return for which items (items, classes) another class, or the target, is largest and reaches the margin."""
        found = probabilities.argmax(axis=1)
        changed = found != self.predicted if self.target is None else found == self.target
        return np.asarray(changed & (probabilities.max(axis=1) >= self.margin))

    def promise(self, probabilities: Floats) -> Floats:
        """Return how likely the target, or the likeliest other class, is: (items,)."""
        if self.target is not None:
            return probabilities[:, self.target]
        return np.asarray(np.delete(probabilities, self.predicted, axis=1).max(axis=1), dtype=np.float64)

    def reason(self, classes: tuple[str, ...]) -> str | None:
        """Return why there is nothing to search for, or None where there is."""
        if self.target == self.predicted:
            return say("The outcome is %(outcome)s already.", outcome=repr(classes[self.predicted]))
        return None


def answers(model: AuditedModel, made: Callable[[slice], Tensor], count: int, batch: int) -> Floats:
    """Return the probabilities of `count` items, float64 (count, classes), which are made a batch at a time."""
    with torch.inference_mode():
        found = [
            model.probabilities(made(slice(first, first + batch)).to(model.device)).double().cpu()
            for first in range(0, count, batch)
        ]
    return torch.cat(found).numpy()
