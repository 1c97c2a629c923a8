"""Shapley value sampling (Castro et al. 2009): the mean gain of a part, over the orders in which parts may join."""

import numpy as np
from pydantic import Field

from auditor.explain.cards import card
from auditor.explain.coalitions.game import Game, PartsSettings
from auditor.explain.coalitions.rounds import play
from auditor.explain.coalitions.shapley import Permutations
from auditor.explain.memory import Room
from auditor.explain.methods.base import Attribution, Method, Question
from auditor.explain.model import AuditedModel


class Settings(PartsSettings):
    """At most `permutations`; fewer where every standard error is within `tolerance` of the values' range."""

    permutations: int = Field(default=64, ge=8, le=100_000)
    tolerance: float = Field(default=0.05, ge=0, lt=1)


class ShapleySampling(Method[Settings]):
    """Shapley values of parts from permutations and their reverses; the score is the target's logit.

    The values sum to the score of the whole item minus that of the item with every part missing.

    References
    ----------
    J. Castro, D. Gomez, J. Tejada: Polynomial Calculation of the Shapley Value Based on Sampling. Computers and
    Operations Research 36, 2009.
    """

    settings_type = Settings
    card = card("shapley_sampling")
    draws = True

    @property
    def compares(self) -> bool:
        """Whether missing parts are taken from background items."""
        return self.settings.missing == "background"

    def _attribute(self, model: AuditedModel, question: Question, room: Room) -> Attribution:
        game = Game(self.settings, model, question, room)
        nobody, everybody = (end.tolist() for end in game.ends())
        samplers = [
            Permutations(len(players), nobody[item], everybody[item], np.random.default_rng(seed))
            for item, (players, seed) in enumerate(zip(game.players, question.seeds, strict=True))
        ]
        made = play(game, samplers, 4, self.settings.permutations // 2, self.settings.tolerance)
        return game.attribution(*made)
