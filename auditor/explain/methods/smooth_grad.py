"""SmoothGrad (Smilkov et al. 2017) with its square and variance: gradients of many noisy copies."""

from typing import Literal

import torch
from pydantic import Field
from torch import Tensor

from auditor.explain.cards import card
from auditor.explain.document import Document
from auditor.explain.methods.base import Attribution, Method, Question, gradients_of
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

    def _attribute(self, model: AuditedModel, question: Question, batch: int) -> Attribution:
        made = [self._one(model, part, batch) for part in question.split(1)]
        return Attribution(
            torch.stack([maps for maps, _ in made]), errors=torch.stack([errors for _, errors in made])
        )

    def _one(self, model: AuditedModel, part: Question, batch: int) -> tuple[Tensor, Tensor]:
        """Return one item's map and standard errors from sums over its samples."""
        count, form = self.settings.samples, self.settings.form
        generator = torch.Generator().manual_seed(part.seeds[0])
        image, target = part.inputs, part.targets
        spread = self.settings.noise * model.spread(image)
        sums = [torch.zeros_like(image, dtype=torch.float64) for _ in range(4)]
        of_places = torch.zeros_like(model.places(image), dtype=torch.float64)
        for first in range(0, count, batch):
            size = min(batch, count - first)
            noise = torch.randn((size, *image.shape[1:]), generator=generator).to(image.device)
            gradient = gradients_of(model, image + spread * noise, target.expand(size))[1].double()
            for power, total in enumerate(sums, start=1):
                total += (gradient**power).sum(dim=0, keepdim=True)
            of_places += (model.places(gradient if form == "mean" else gradient**2).double() ** 2).sum(
                0, keepdim=True
            )
        mean, square, third, fourth = (total / count for total in sums)
        if form == "variance":
            variance = (square - mean**2).clamp_min(0)
            moment = fourth - 4 * mean * third + 6 * mean**2 * square - 3 * mean**4
            error = model.places((moment - variance**2).clamp_min(0) / count).sqrt()
            return model.places(variance)[0], error[0]
        value = model.places(mean if form == "mean" else square).double()
        error = ((of_places / count - value**2).clamp_min(0) / (count - 1)).sqrt()
        return value[0].float(), error[0].float()
