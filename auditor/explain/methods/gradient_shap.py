"""GradientSHAP, or expected gradients (Erion et al. 2021): gradients on the ways from background items."""

import torch
from pydantic import Field
from torch import Tensor

from auditor.explain.cards import card
from auditor.explain.document import Document
from auditor.explain.memory import Room
from auditor.explain.methods.base import Attribution, Method, Question, gradients_of, left_over, scores_of
from auditor.explain.methods.samples import beside, mean_and_error, sampled, summed
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
    draws = True

    def _attribute(self, model: AuditedModel, question: Question, room: Room) -> Attribution:
        count, background = self.settings.samples, question.references
        drawn, along = self._draws(question)

        def values(item: Tensor, sample: Tensor) -> tuple[Tensor]:
            start = model.references(question.inputs[item], background[drawn[item, sample]])
            way = question.inputs[item] - start
            share = beside(along[item, sample].to(model.device), way)
            gradient = gradients_of(model, start + share * way, question.targets[item])[1]
            return (model.places(way * gradient),)

        made = [mean_and_error(pieces, count) for pieces in sampled(room, len(question), count, values)]
        maps = torch.stack([mean for mean, _ in made])
        return Attribution(
            maps,
            left_over(maps, self._promised(model, question, room)),
            errors=torch.stack([error for _, error in made]),
        )

    def _draws(self, question: Question) -> tuple[Tensor, Tensor]:
        """Return which background item each sample of an item starts from and how far it goes, (items, samples)."""
        drawn, along, count = [], [], self.settings.samples
        for seed in question.seeds:
            generator = torch.Generator().manual_seed(seed)
            drawn.append(torch.randint(len(question.references), (count,), generator=generator))
            along.append(torch.rand(count, generator=generator))
        return torch.stack(drawn), torch.stack(along)

    @staticmethod
    def _promised(model: AuditedModel, question: Question, room: Room) -> Tensor:
        """Return each item's score minus the mean score of its class over what it is compared with, (items,)."""
        background = question.references

        def scores(item: Tensor, reference: Tensor) -> tuple[Tensor]:
            references = model.references(question.inputs[item], background[reference])
            return (scores_of(model, references, question.targets[item]),)

        with torch.inference_mode():
            reached = question.each(room, lambda part: scores_of(model, part.inputs, part.targets))
            of_items = sampled(room, len(question), len(background), scores)
            start = torch.stack([summed(pieces)[0] for pieces in of_items]) / len(background)
            return torch.cat(reached).double() - start
