"""LIME (Ribeiro et al. 2016): a linear model of the score in the neighbourhood of an item."""

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field
from sklearn.linear_model import Ridge

from auditor.explain.cards import card
from auditor.explain.coalitions.game import Game, PartsSettings
from auditor.explain.memory import Room
from auditor.explain.methods.base import Attribution, Method, Question
from auditor.explain.model import AuditedModel

Floats = NDArray[np.float64]


class Settings(PartsSettings):
    """`samples` neighbours; `kernel_width` of the cosine distance, `ridge` the penalty on the weights."""

    samples: int = Field(default=512, ge=16, le=1_000_000)
    kernel_width: float = Field(default=0.25, gt=0, le=100)
    ridge: float = Field(default=1.0, ge=0, le=1e6)


class LIME(Method[Settings]):
    """The weights of a ridge regression on which parts are there; R2, weighted alike, is reported as its fit.

    References
    ----------
    M. T. Ribeiro, S. Singh, C. Guestrin: "Why Should I Trust You?": Explaining the Predictions of Any Classifier. KDD
    2016.
    """

    settings_type = Settings
    card = card("lime")
    draws = True

    @property
    def compares(self) -> bool:
        """Whether missing parts are taken from background items."""
        return self.settings.missing == "background"

    def _attribute(self, model: AuditedModel, question: Question, room: Room) -> Attribution:
        game = Game(self.settings, model, question, room)
        asked = [
            neighbours(len(players), self.settings.samples, seed)
            for players, seed in zip(game.players, question.seeds, strict=True)
        ]
        answers = game.values([torch.from_numpy(one).to(model.device) for one in asked])
        fitted = [
            local_fit(one, found.cpu().numpy(), self.settings.kernel_width, self.settings.ridge)
            for one, found in zip(asked, answers, strict=True)
        ]
        weights = [torch.from_numpy(weights).to(model.device) for weights, _ in fitted]
        fit = torch.tensor([r2 for _, r2 in fitted], dtype=torch.float64, device=model.device)
        return game.attribution(weights, fit=fit)


def neighbours(players: int, samples: int, seed: int) -> NDArray[np.bool_]:
    """Return which parts are there in each neighbour, each with even odds; the first is the item itself."""
    drawn = np.random.default_rng(seed).random((samples, players)) < 0.5
    drawn[0] = True
    return drawn


def local_fit(
    coalitions: NDArray[np.bool_], scores: Floats, kernel_width: float, ridge: float
) -> tuple[Floats, float]:
    """Return the weights (players,) and the weighted R2, which is 0 where the scores do not vary.

    All are NaN where a score is no number.
    """
    if not np.isfinite(scores).all():
        return np.full(coalitions.shape[1], np.nan), np.nan
    there = coalitions.astype(np.float64)
    size = there.sum(axis=1)
    cosine = np.sqrt(size / there.shape[1])  # between a row of 0 and 1 and the row of ones
    weight = np.sqrt(np.exp(-((1 - cosine) ** 2) / kernel_width**2))
    fitted = Ridge(alpha=ridge).fit(there, scores, sample_weight=weight)
    spread = float((weight * (scores - np.average(scores, weights=weight)) ** 2).sum())
    r2 = float(fitted.score(there, scores, sample_weight=weight)) if spread > 0 else 0.0
    return np.asarray(fitted.coef_, dtype=np.float64), r2
