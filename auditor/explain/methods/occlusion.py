"""Occlusion (Zeiler and Fergus 2014): how far the score falls when a window is covered."""

import math
from dataclasses import dataclass
from functools import reduce
from operator import and_

import torch
from pydantic import Field
from torch import Tensor

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.cards import card
from auditor.explain.coalitions.game import Game, PartsSettings
from auditor.explain.document import Document
from auditor.explain.memory import Room
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


@dataclass(frozen=True)
class Windows:
    """Where windows lie along each axis, booleans (starts, side) an axis; a window is one start along each."""

    axes: tuple[Tensor, ...]

    def __len__(self) -> int:
        return math.prod(len(axis) for axis in self.axes)

    def at(self, numbers: Tensor) -> Tensor:
        """Return the places that windows cover, booleans (numbers, *places)."""
        starts = torch.unravel_index(numbers, [len(axis) for axis in self.axes])
        rows = [axis[start] for axis, start in zip(self.axes, starts, strict=True)]
        shapes = [[1 if a != b else -1 for b in range(len(rows))] for a in range(len(rows))]
        return reduce(and_, (row.reshape(len(row), *shape) for row, shape in zip(rows, shapes, strict=True)))

    def means(self, values: Tensor) -> Tensor:
        """Return for each place the mean value (items, windows) of the windows that cover it, (items, *places)."""
        found = values.reshape(-1, *(len(axis) for axis in self.axes))
        for axis in self.axes:
            found = torch.tensordot(found, axis.to(found) / axis.sum(dim=0), dims=([1], [0]))
        return found


class Occlusion(Method[Settings]):
    """Sliding-window occlusion; a place gets the mean fall of the logit over the windows that cover it.

    Windows and items share batches, so that small windows do not cost a pass each.

    References
    ----------
    M. D. Zeiler, R. Fergus: Visualizing and Understanding Convolutional Networks. ECCV 2014, section 4.2.
    """

    settings_type = Settings
    card = card("occlusion")

    def _attribute(self, model: AuditedModel, question: Question, room: Room) -> Attribution:
        given, device = model.spec.input, question.inputs.device
        blank = model.baseline(self.settings.baseline, question.inputs)
        if isinstance(given, GraphInput):
            game = Game(PartsSettings(), model, question, room)
            return game.attribution(game.losses())
        if isinstance(given, TableInput):
            owners = torch.tensor(given.owners, device=device)
            columns = torch.arange(len(given.columns), device=device)[:, None] == owners
            return Attribution(self._falls(model, question, Windows((columns,)), blank, room).float())
        windows = self._windows(question.inputs.shape[2:], device)
        return Attribution(windows.means(self._falls(model, question, windows, blank, room)).float())

    def _windows(self, places: torch.Size, device: torch.device) -> Windows:
        """Return where each window lies; the last along an axis are cut at the edge."""
        window, stride = self.settings.window, self.settings.stride
        if window > min(places):
            size = " x ".join(map(str, places))
            raise Refused(
                say(
                    "Method occlusion, parameter window: %(window)s is larger than the input %(size)s.",
                    window=window,
                    size=size,
                )
            )
        if stride > window:
            raise Refused(
                say(
                    "Method occlusion, parameter stride: %(stride)s would leave gaps between windows of "
                    "%(window)s.",
                    stride=stride,
                    window=window,
                )
            )
        axes = []
        for side in places:
            starts = torch.arange(math.ceil((side - window) / stride) + 1, device=device)[:, None] * stride
            place = torch.arange(side, device=device)
            axes.append((place >= starts) & (place < starts + window))
        return Windows(tuple(axes))

    @staticmethod
    def _falls(
        model: AuditedModel, question: Question, windows: Windows, blank: Tensor, room: Room
    ) -> Tensor:
        """Return how far the target's logit falls under each window, float64 (items, windows)."""
        inputs, targets = question.inputs, question.targets

        def covered(part: slice) -> Tensor:
            pairs = torch.arange(part.start, part.stop, device=inputs.device)
            item, cover = pairs // len(windows), windows.at(pairs % len(windows))
            cover = cover if inputs.ndim == cover.ndim else cover[:, None]
            return scores_of(model, torch.where(cover, blank, inputs[item]), targets[item])

        with torch.inference_mode():
            whole = torch.cat(question.each(room, lambda part: scores_of(model, part.inputs, part.targets)))
            found = torch.cat(list(room.each(len(inputs) * len(windows), covered)))
        return whole.double()[:, None] - found.double().reshape(len(inputs), len(windows))
