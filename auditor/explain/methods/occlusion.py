"""Occlusion (Zeiler and Fergus 2014): how far the score falls when a window is covered."""

import math
from collections.abc import Iterator

import torch
from pydantic import Field
from torch import Tensor

from auditor.common.errors import Refused
from auditor.explain.cards import card
from auditor.explain.document import Document
from auditor.explain.methods.base import Attribution, Method, Question
from auditor.explain.model import AuditedModel


class Settings(Document):
    """A square `window` moved by `stride` pixels, painted with the grey value `baseline` in [0, 1]."""

    window: int = Field(default=16, ge=1, le=4096)
    stride: int = Field(default=8, ge=1, le=4096)
    baseline: float = Field(default=0.0, ge=0, le=1)


class Occlusion(Method[Settings]):
    """Sliding-window occlusion; a pixel gets the mean fall of the logit over the windows that cover it.

    Windows and items share batches, so that small windows do not cost a pass each.

    References
    ----------
    M. D. Zeiler, R. Fergus: Visualizing and Understanding Convolutional Networks. ECCV 2014, section 4.2.
    """

    settings_type = Settings
    card = card("occlusion")

    def _attribute(self, model: AuditedModel, question: Question, batch: int) -> Attribution:
        inputs, targets = question.inputs, question.targets
        height, width = inputs.shape[2:]
        windows = self._windows(height, width).to(inputs.device)  # (windows, height, width)
        with torch.inference_mode():
            falls = self._falls(model, inputs, targets, windows, batch)  # (items, windows)
            weights = windows.flatten(1).double()  # (windows, height * width)
            maps = falls.double() @ weights / weights.sum(dim=0)
        return Attribution(maps.reshape(-1, height, width).float().clone())

    def _windows(self, height: int, width: int) -> Tensor:
        """Return where each window lies, booleans (windows, height, width); the last are cut at the edge."""
        window, stride = self.settings.window, self.settings.stride
        if window > min(height, width):
            raise Refused(
                f"Method occlusion, parameter window: {window} is larger than the input {height} x {width}."
            )
        if stride > window:
            raise Refused(
                f"Method occlusion, parameter stride: {stride} would leave gaps between windows of {window}."
            )
        tops, lefts = (
            range(0, (math.ceil((side - window) / stride) + 1) * stride, stride) for side in (height, width)
        )
        places = torch.zeros(len(tops) * len(lefts), height, width, dtype=torch.bool)
        for index, (top, left) in enumerate((top, left) for top in tops for left in lefts):
            places[index, top : top + window, left : left + window] = True
        return places

    def _falls(
        self, model: AuditedModel, inputs: Tensor, targets: Tensor, windows: Tensor, batch: int
    ) -> Tensor:
        """Return how far the target's logit falls under each window, (items, windows)."""
        places = torch.arange(len(windows), device=inputs.device)
        pairs = torch.cartesian_prod(torch.arange(len(inputs), device=inputs.device), places)
        whole = [self._scores(model, *part) for part in self._parts(inputs, targets, batch)]
        covered = []
        for item, place in (part.unbind(1) for part in torch.split(pairs, batch)):
            images = inputs[item].masked_fill(windows[place][:, None], self.settings.baseline)
            covered.append(self._scores(model, images, targets[item]))
        return torch.cat(whole)[:, None] - torch.cat(covered).reshape(len(inputs), len(windows))

    @staticmethod
    def _parts(inputs: Tensor, targets: Tensor, batch: int) -> Iterator[tuple[Tensor, Tensor]]:
        return zip(torch.split(inputs, batch), torch.split(targets, batch), strict=True)

    @staticmethod
    def _scores(model: AuditedModel, inputs: Tensor, targets: Tensor) -> Tensor:
        return model.logits(inputs).gather(1, targets[:, None])[:, 0]
