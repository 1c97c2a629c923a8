"""KernelSHAP (Lundberg and Lee 2017): Shapley values as a weighted linear fit to coalitions."""

import math

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from auditor.explain.cards import card
from auditor.explain.coalitions.game import Game, PartsSettings
from auditor.explain.coalitions.rounds import play
from auditor.explain.coalitions.shapley import Kernel, every_coalition, exact
from auditor.explain.memory import Room
from auditor.explain.methods.base import Attribution, Method, Question
from auditor.explain.model import AuditedModel


class Settings(PartsSettings):
    """At most `samples` coalitions; fewer where every standard error is within `tolerance` of the values' range."""

    samples: int = Field(default=1024, ge=64, le=1_000_000)
    tolerance: float = Field(default=0.05, ge=0, lt=1)


class KernelSHAP(Method[Settings]):
    """Shapley values of parts from the Shapley kernel; exact where `samples` cover every coalition.

    The values sum to the score of the whole item minus that of the item with every part missing; the score is
    the target's logit.

    References
    ----------
    S. Lundberg, S.-I. Lee: A Unified Approach to Interpreting Model Predictions. NeurIPS 2017.
    I. Covert, S.-I. Lee: Improving KernelSHAP: Practical Shapley Value Estimation via Linear Regression. AISTATS 2021.
    """

    settings_type = Settings
    card = card("kernel_shap")
    draws = True

    @property
    def compares(self) -> bool:
        """Whether missing parts are taken from background items."""
        return self.settings.missing == "background"

    def _attribute(self, model: AuditedModel, question: Question, room: Room) -> Attribution:
        game = Game(self.settings, model, question, room)
        nobody, everybody = (end.tolist() for end in game.ends())
        values, errors = self._sampled(game, question, nobody, everybody)
        few = [item for item, players in enumerate(game.players) if self._covers(len(players))]
        asked = [
            every_coalition(len(players)) if item in few else np.zeros((0, len(players)), dtype=np.bool_)
            for item, players in enumerate(game.players)
        ]
        answers = game.values([torch.from_numpy(one).to(model.device) for one in asked])
        for item in few:
            gains = answers[item].cpu().numpy() - nobody[item]
            values[item] = torch.from_numpy(exact(asked[item], gains, everybody[item] - nobody[item])).to(
                model.device
            )
            errors[item] = torch.zeros_like(values[item])
        return game.attribution(values, errors)

    def _covers(self, players: int) -> bool:
        return players <= math.log2(self.settings.samples + 2)

    def _sampled(
        self, game: Game, question: Question, nobody: list[float], everybody: list[float]
    ) -> tuple[list[Tensor], list[Tensor]]:
        samplers = [
            None
            if self._covers(len(players))
            else Kernel(len(players), nobody[item], everybody[item], np.random.default_rng(seed))
            for item, (players, seed) in enumerate(zip(game.players, question.seeds, strict=True))
        ]
        most = max(len(players) for players in game.players)
        return play(game, samplers, max(32, 2 * most), self.settings.samples // 2, self.settings.tolerance)
