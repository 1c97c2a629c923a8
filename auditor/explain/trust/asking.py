"""Asking the model about many inputs that are made when there is room for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auditor.explain.memory import Room
from auditor.explain.model import AuditedModel

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Asked:
    """`count` inputs about one class; `made` returns those of a part, (part, *shape)."""

    count: int
    target: int
    made: Callable[[slice], Tensor]


@dataclass(frozen=True)
class Answer:
    """The target's logits and its probabilities, float64 (count,) both."""

    scores: Floats
    probabilities: Floats

    @property
    def usable(self) -> bool:
        """Whether all scores are numbers."""
        return bool(np.isfinite(self.scores).all() and np.isfinite(self.probabilities).all())


def answers(model: AuditedModel, asked: Sequence[Asked], room: Room) -> list[Answer]:
    """Return what the model answers to each; inputs of all of them share batches."""
    starts = np.cumsum([0, *(one.count for one in asked)]).tolist()

    def ask(part: slice) -> Tensor:
        inputs, targets = [], []
        for one, start in zip(asked, starts, strict=False):
            mine = slice(max(part.start - start, 0), min(part.stop - start, one.count))
            if mine.start < mine.stop:
                inputs.append(one.made(mine))
                targets.extend([one.target] * (mine.stop - mine.start))
        logits = model.logits(torch.cat(inputs)).double()
        chosen = torch.tensor(targets, device=logits.device)[:, None]
        return torch.stack((logits.gather(1, chosen)[:, 0], logits.softmax(dim=1).gather(1, chosen)[:, 0]))

    found = [torch.zeros(2, 0, dtype=torch.float64)]
    with torch.inference_mode():
        found.extend(part.cpu() for part in room.each(starts[-1], ask))
    both = torch.cat(found, dim=1).numpy()
    return [Answer(*both[:, start : start + one.count]) for one, start in zip(asked, starts, strict=False)]
