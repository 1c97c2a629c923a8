"""Occlusion (Zeiler and Fergus 2014): how far the score falls when a window is covered."""

import math
from collections.abc import Iterator
from itertools import product

import torch
from pydantic import Field
from torch import Tensor

from auditor.common.errors import Refused
from auditor.explain.cards import card
from auditor.explain.coalitions.game import Game, PartsSettings
from auditor.explain.document import Document
from auditor.explain.methods.base import Attribution, Baseline, Method, Question, scores_of
from auditor.explain.model import AuditedModel
from auditor.explain.spec import GraphInput, TableInput


class Settings(Document):
    """A square (or cubic) `window` moved by `stride` places and painted with `baseline`, a level in [0, 1].

    Where `baseline` is None it is black. Of a table, each column is covered by its reference, one at a time; of a
    graph, each node but the focus leaves with its edges, one at a time.
    """

    window: int = Field(default=16, ge=1, le=4096)
    stride: int = Field(default=8, ge=1, le=4096)
    baseline: Baseline | None = None


class Occlusion(Method[Settings]):
    """Sliding-window occlusion; a place gets the mean fall of the logit over the windows that cover it.

    Windows and items share batches, so that small windows do not cost a pass each.

    References
    ----------
    M. D. Zeiler, R. Fergus: Visualizing and Understanding Convolutional Networks. ECCV 2014, section 4.2.
    """

    settings_type = Settings
    card = card("occlusion")

    def _attribute(self, model: AuditedModel, question: Question, batch: int) -> Attribution:
        inputs, targets, given = question.inputs, question.targets, model.spec.input
        blank = model.baseline(self.settings.baseline, inputs)
        if isinstance(given, GraphInput):
            game = Game(PartsSettings(), model, question, batch)
            return game.attribution(game.losses())
        if isinstance(given, TableInput):
            owners = torch.tensor(given.owners, device=inputs.device)
            columns = torch.arange(len(given.columns), device=inputs.device)[:, None] == owners
            with torch.inference_mode():
                return Attribution(self._falls(model, inputs, targets, columns, blank, batch).float().clone())
        places = inputs.shape[2:]
        windows = self._windows(places).to(inputs.device)  # (windows, *places)
        with torch.inference_mode():
            falls = self._falls(model, inputs, targets, windows[:, None], blank, batch)  # (items, windows)
            weights = windows.flatten(1).double()  # (windows, places)
            maps = falls.double() @ weights / weights.sum(dim=0)
        return Attribution(maps.reshape(-1, *places).float().clone())

    def _windows(self, places: torch.Size) -> Tensor:
        """Return where each window lies, booleans (windows, *places); the last are cut at the edge."""
        window, stride = self.settings.window, self.settings.stride
        if window > min(places):
            size = " x ".join(map(str, places))
            raise Refused(f"Method occlusion, parameter window: {window} is larger than the input {size}.")
        if stride > window:
            raise Refused(
                f"Method occlusion, parameter stride: {stride} would leave gaps between windows of {window}."
            )
        starts = [range(0, (math.ceil((side - window) / stride) + 1) * stride, stride) for side in places]
        corners = list(product(*starts))
        covered = torch.zeros(len(corners), *places, dtype=torch.bool)
        for index, corner in enumerate(corners):
            covered[index][tuple(slice(start, start + window) for start in corner)] = True
        return covered

    def _falls(
        self, model: AuditedModel, inputs: Tensor, targets: Tensor, windows: Tensor, blank: Tensor, batch: int
    ) -> Tensor:
        """Return how far the target's logit falls under each window, (items, windows)."""
        places = torch.arange(len(windows), device=inputs.device)
        pairs = torch.cartesian_prod(torch.arange(len(inputs), device=inputs.device), places)
        whole = [scores_of(model, *part) for part in self._parts(inputs, targets, batch)]
        covered = [
            scores_of(model, torch.where(windows[place], blank, inputs[item]), targets[item])
            for item, place in (part.unbind(1) for part in torch.split(pairs, batch))
        ]
        return torch.cat(whole)[:, None] - torch.cat(covered).reshape(len(inputs), len(windows))

    @staticmethod
    def _parts(inputs: Tensor, targets: Tensor, batch: int) -> Iterator[tuple[Tensor, Tensor]]:
        return zip(torch.split(inputs, batch), torch.split(targets, batch), strict=True)
