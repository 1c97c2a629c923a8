"""The game that parts of an item play: a coalition's value is the score with the other parts replaced."""

from collections.abc import Sequence
from typing import Literal, Self

import torch
from pydantic import Field, model_validator
from torch import Tensor

from auditor.explain.coalitions.players import Cut, Players, cut_into_parts
from auditor.explain.document import Document
from auditor.explain.memory import Room
from auditor.explain.methods.base import Attribution, Baseline, Question, scores_of
from auditor.explain.model import AuditedModel
from auditor.explain.spec import TableInput


class PartsSettings(Document):
    """What the parts are and what stands in for a missing one.

    `cut` and `count` say how images and volumes are cut; a table's columns are its parts. A missing part becomes
    its own mean colour or its column's reference ("neutral"), a level in [0, 1] ("baseline"), or the same places of
    every background item, over which the score is averaged ("background").
    """

    cut: Cut = "superpixels"
    count: int = Field(default=40, ge=2, le=2000)
    missing: Literal["neutral", "baseline", "background"] = "neutral"
    baseline: Baseline | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.missing == "baseline") != (self.baseline is not None):
            raise ValueError("missing is 'baseline' where, and only where, a baseline is given")
        return self


class Game:
    """One game an item, played side by side, so that coalitions of all items share batches."""

    def __init__(
        self, settings: PartsSettings, model: AuditedModel, question: Question, batch: int | Room
    ) -> None:
        self.model, self.question, self.room = model, question, Room.of(batch)
        self.players = [self._cut(settings, item) for item in question.inputs]
        self._stand_ins = [
            self._stand_in(settings, item, players)
            for item, players in zip(question.inputs, self.players, strict=True)
        ]

    def values(self, asked: Sequence[Tensor]) -> list[Tensor]:
        """Return the value of every coalition, float64 (coalitions,), given booleans (coalitions, players) an item.

        An item that is asked for no coalition gets no values and costs no passes.
        """
        counts = [len(coalitions) * len(self._stand_ins[item]) for item, coalitions in enumerate(asked)]
        pairs = [(item, place) for item, count in enumerate(counts) for place in range(count)]
        found = [torch.empty(0, device=self.model.device)]
        with torch.inference_mode():
            found.extend(self.room.each(len(pairs), lambda part: self._scores(asked, pairs[part])))
        scores = torch.cat(found).double().clone()
        return [
            part.reshape(-1, len(stand_ins)).mean(dim=1)
            for part, stand_ins in zip(torch.split(scores, counts), self._stand_ins, strict=True)
        ]

    def ends(self) -> tuple[Tensor, Tensor]:
        """Return each game's values of nobody and of everybody, float64 (items,) both."""
        ends = [
            torch.tensor([[False], [True]], device=self.model.device).expand(-1, len(players))
            for players in self.players
        ]
        found = torch.stack(self.values(ends))
        return found[:, 0], found[:, 1]

    def attribution(
        self, values: Sequence[Tensor], errors: Sequence[Tensor] | None = None, fit: Tensor | None = None
    ) -> Attribution:
        """Return maps in which every part's value is spread evenly over its places."""
        return Attribution(self._maps(values), fit=fit, errors=None if errors is None else self._maps(errors))

    def _maps(self, values: Sequence[Tensor]) -> Tensor:
        spread = [players.spread(part) for players, part in zip(self.players, values, strict=True)]
        return self.model.places(torch.stack(spread))

    def _scores(self, asked: Sequence[Tensor], pairs: list[tuple[int, int]]) -> Tensor:
        """Return the scores of one batch; a pair is an item and the number of its (coalition, stand-in)."""
        mixed = []
        for item in sorted({item for item, _ in pairs}):
            stand_ins, players = self._stand_ins[item], self.players[item]
            place = torch.tensor([place for owner, place in pairs if owner == item], device=self.model.device)
            kept = players.kept(asked[item][place // len(stand_ins)])
            mixed.append(torch.where(kept, self.question.inputs[item], stand_ins[place % len(stand_ins)]))
        targets = self.question.targets[[item for item, _ in pairs]]
        return scores_of(self.model, torch.cat(mixed), targets)

    def _cut(self, settings: PartsSettings, item: Tensor) -> Players:
        given = self.model.spec.input
        if isinstance(given, TableInput):
            return Players(torch.tensor(given.owners, device=item.device))
        return cut_into_parts(item, settings.cut, settings.count)

    def _stand_in(self, settings: PartsSettings, item: Tensor, players: Players) -> Tensor:
        """Return what stands in for missing parts, (stand-ins, *item)."""
        if settings.missing == "background" and self.question.background is not None:
            return self.question.background
        if settings.baseline is not None or item.ndim == 1:
            return self.model.baseline(settings.baseline).expand(1, *item.shape)
        return players.means(item)[None]
