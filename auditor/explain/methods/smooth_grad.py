"""SmoothGrad (Smilkov et al. 2017) with its square and variance: gradients of many noisy copies."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field
from torch import Tensor

from auditor.explain.cards import card
from auditor.explain.document import Document
from auditor.explain.memory import Room
from auditor.explain.methods.base import Attribution, Method, Question, gradients_of
from auditor.explain.methods.samples import Pieces, beside, mean_and_error, sampled, summed
from auditor.explain.model import AuditedModel


class Settings(Document):
    """`noise` is the standard deviation as a share of each item's range, or of each column's deviation in a table.

    `form` is what is kept of the gradients.
    """

    samples: int = Field(default=32, ge=2, le=4096)
    noise: float = Field(default=0.1, gt=0, le=1)
    form: Literal["mean", "square", "variance"] = "mean"


class SmoothGrad(Method[Settings]):
    """The mean, mean square or variance of gradients at the item plus Gaussian noise, with standard errors.

    Each sample's gradient is summed over channels after it is squared, where it is; the variance is over samples, of
    every channel, then summed. Errors of the mean and of the square are those of a mean of samples; the variance's
    takes the fourth moment.

    References
    ----------
    D. Smilkov, N. Thorat, B. Kim, F. Viegas, M. Wattenberg: SmoothGrad: Removing Noise by Adding Noise. 2017.
    S. Hooker, D. Erhan, P.-J. Kindermans, B. Kim: A Benchmark for Interpretability Methods in Deep Neural Networks.
    NeurIPS 2019 (SmoothGrad-Squared).
    J. Adebayo, J. Gilmer, I. Goodfellow, B. Kim: Local Explanation Methods for Deep Neural Networks Lack Sensitivity
    to Parameter Values. 2018 (VarGrad).
    """

    settings_type = Settings
    card = card("smooth_grad")
    draws = True

    @property
    def directed(self) -> bool:
        """Whether a map tells what speaks for the class from what speaks against it."""
        return self.settings.form == "mean"

    def _attribute(self, model: AuditedModel, question: Question, room: Room) -> Attribution:
        spreads = torch.stack([self.settings.noise * model.spread(item[None]) for item in question.inputs])

        def gradients(item: Tensor, sample: Tensor) -> tuple[Tensor]:
            inputs, pairs = question.inputs[item], zip(item.tolist(), sample.tolist(), strict=True)
            drawn = np.stack([noise(question.seeds[i], number, inputs.shape[1:]) for i, number in pairs])
            moved = inputs + beside(spreads[item], inputs) * torch.from_numpy(drawn).to(inputs.device)
            return (gradients_of(model, moved, question.targets[item])[1].double(),)

        of_items = sampled(room, len(question), self.settings.samples, gradients)
        made = [self._kept(model, pieces) for pieces in of_items]
        return Attribution(
            torch.stack([maps for maps, _ in made]), errors=torch.stack([errors for _, errors in made])
        )

    def _kept(self, model: AuditedModel, pieces: Pieces) -> tuple[Tensor, Tensor]:
        """Return what is kept of one item's gradients and its standard errors, (*places) both."""
        count, form = self.settings.samples, self.settings.form
        if form != "variance":
            values = ((model.places(g if form == "mean" else g**2),) for (g,) in pieces)
            return mean_and_error(values, count)
        powers = ([gradient**power for power in (1, 2, 3, 4)] for (gradient,) in pieces)
        mean, square, third, fourth = (total / count for total in summed(powers))
        variance = (square - mean**2).clamp_min(0)
        moment = fourth - 4 * mean * third + 6 * mean**2 * square - 3 * mean**4
        error = model.places((moment - variance**2).clamp_min(0)[None] / count).sqrt()
        return model.places(variance[None])[0], error[0]


def noise(seed: int, sample: int, shape: Sequence[int]) -> NDArray[np.float32]:
    """Return the standard normal noise of one sample of an item; it depends on nothing else."""
    return np.random.default_rng([seed, sample]).standard_normal(shape, dtype=np.float32)
