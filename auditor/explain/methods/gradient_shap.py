"""GradientSHAP, or expected gradients (Erion et al. 2021): gradients on the ways from background items."""

import torch
from pydantic import Field
from torch import Tensor

from auditor.explain.cards import card
from auditor.explain.document import Document
from auditor.explain.methods.base import Attribution, Method, Question, gradients_of, left_over, scores_of
from auditor.explain.model import AuditedModel


class Settings(Document):
    """`samples` points, each on the way from a background item drawn at random."""

    samples: int = Field(default=64, ge=8, le=100_000)


class GradientSHAP(Method[Settings]):
    """The mean of (x - b) times the gradient at b + a (x - b), over background items b and a in [0, 1].

    It sums to f(x) minus the mean of f over the background on average; what is left over of it in this
    sample is reported for each item, and a standard error for every value.

    References
    ----------
    G. Erion, J. Janizek, P. Sturmfels, S. Lundberg, S.-I. Lee: Improving Performance of Deep Learning Models with
    Axiomatic Attribution Priors and Expected Gradients. Nature Machine Intelligence 3, 2021.
    """

    settings_type = Settings
    card = card("gradient_shap")

    def _attribute(self, model: AuditedModel, question: Question, batch: int) -> Attribution:
        made = [self._one(model, part, batch) for part in question.split(1)]
        maps = torch.stack([values for values, _ in made])
        return Attribution(
            maps,
            left_over(maps, self._promised(model, question, batch)),
            errors=torch.stack([errors for _, errors in made]),
        )

    def _one(self, model: AuditedModel, part: Question, batch: int) -> tuple[Tensor, Tensor]:
        count, background = self.settings.samples, model.references(part.inputs[0], part.references)
        generator = torch.Generator().manual_seed(part.seeds[0])
        drawn = torch.randint(len(background), (count,), generator=generator).to(model.device)
        along = torch.rand(count, generator=generator).to(model.device)
        total = torch.zeros_like(model.places(part.inputs)[0], dtype=torch.float64)
        squares = torch.zeros_like(total)
        for chosen in torch.split(torch.arange(count, device=model.device), batch):
            start = background[drawn[chosen]]
            way = part.inputs - start
            share = along[chosen].reshape(-1, *(1 for _ in way.shape[1:]))
            gradient = gradients_of(model, start + share * way, part.targets.expand(len(chosen)))[1]
            values = model.places(way * gradient).double()
            total += values.sum(dim=0)
            squares += (values**2).sum(dim=0)
        mean = total / count
        error = ((squares / count - mean**2).clamp_min(0) / (count - 1)).sqrt()
        return mean.float(), error.float()

    @staticmethod
    def _promised(model: AuditedModel, question: Question, batch: int) -> Tensor:
        """Return each item's score minus the mean score of its class over the background, (items,)."""
        with torch.inference_mode():
            reached = [scores_of(model, part.inputs, part.targets) for part in question.split(batch)]
            start = []
            for part in question.split(len(question) if model.compares_alike else 1):
                background = torch.split(model.references(part.inputs[0], part.references), batch)
                scores = torch.cat([model.logits(few) for few in background]).double()
                start.append(scores.mean(dim=0)[part.targets])
            return torch.cat(reached).double() - torch.cat(start)
