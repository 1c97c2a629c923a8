"""Sampling in rounds: every game proposes coalitions, all are answered together, settled games leave."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from auditor.explain.coalitions.game import Game
from auditor.explain.coalitions.shapley import Booleans, Floats, settled


class Sampler(Protocol):
    """An estimator that asks for coalitions in pairs."""

    players: int

    def propose(self, pairs: int) -> Booleans:
        """Return the next coalitions, (coalitions, players)."""

    def learn(self, values: Floats) -> None:
        """Take the values of what was proposed last."""

    def estimate(self) -> tuple[Floats, Floats]:
        """Return values and standard errors, (players,) both."""


def play(
    game: Game, samplers: Sequence[Sampler | None], pairs: int, limit: int, tolerance: float
) -> tuple[list[Tensor], list[Tensor]]:
    """Return the values and standard errors of each game; a game without a sampler gets empty ones.

    A round asks for `pairs` in every game that is not settled; no game asks for more than `limit` pairs, or two.
    """
    empty = torch.zeros(0, dtype=torch.float64, device=game.model.device)
    values, errors = [empty] * len(samplers), [empty] * len(samplers)
    open_games = {item: sampler for item, sampler in enumerate(samplers) if sampler is not None}
    used = 0
    while open_games:
        size = max(2, min(pairs, limit - used))
        used += size
        asked = [
            open_games[item].propose(size) if item in open_games else np.zeros((0, len(players)), np.bool_)
            for item, players in enumerate(game.players)
        ]
        answers = game.values([torch.from_numpy(one).to(game.model.device) for one in asked])
        for item, sampler in list(open_games.items()):
            sampler.learn(answers[item].cpu().numpy())
            estimate, error = sampler.estimate()
            if used >= limit or settled(estimate, error, tolerance):
                values[item], errors[item] = (
                    torch.from_numpy(found).to(game.model.device) for found in (estimate, error)
                )
                del open_games[item]
    return values, errors
