"""Integrated Gradients (Sundararajan et al. 2017): the gradient, summed along the way from a baseline."""

import captum.attr
import torch
from pydantic import Field
from torch import Tensor

from auditor.explain.cards import card
from auditor.explain.document import Document
from auditor.explain.memory import Room
from auditor.explain.methods.base import Attribution, Baseline, Method, Question, left_over, scores_of
from auditor.explain.model import AuditedModel


class Settings(Document):
    """`steps` of the Gauss-Legendre sum; `baseline` is a level in [0, 1], one or one a channel.

    Where None it is black, or the references of a table's columns.
    """

    steps: int = Field(default=64, ge=8, le=1024)
    baseline: Baseline | None = None


class IntegratedGradients(Method[Settings]):
    """Integrated gradients by Gauss-Legendre quadrature, through Captum; channels are summed.

    Completeness (the paper's axiom) says that a map sums to f(x) - f(baseline); what is left over of it,
    |sum - difference| / |difference|, is reported for each item and tells whether `steps` suffice.

    References
    ----------
    M. Sundararajan, A. Taly, Q. Yan: Axiomatic Attribution for Deep Networks. ICML 2017.
    """

    settings_type = Settings
    card = card("integrated_gradients")

    def _attribute(self, model: AuditedModel, question: Question, room: Room) -> Attribution:
        blank = model.baseline(self.settings.baseline)
        maps = question.each(
            room, lambda part: self._maps(model, part, blank, room.size), cost=self.settings.steps
        )
        with torch.inference_mode():
            reached = question.each(room, lambda part: scores_of(model, part.inputs, part.targets))
            start = model.logits(blank.expand_as(question.inputs[:1]))[0, question.targets]
        return Attribution(torch.cat(maps), left_over(torch.cat(maps), torch.cat(reached) - start))

    def _maps(self, model: AuditedModel, part: Question, blank: Tensor, batch: int) -> Tensor:
        with torch.enable_grad():
            attributions: Tensor = captum.attr.IntegratedGradients(model.logits).attribute(
                part.inputs,
                baselines=blank.expand_as(part.inputs[:1]),
                target=part.targets,
                n_steps=self.settings.steps,
                method="gausslegendre",
                internal_batch_size=batch,
            )
        return model.places(attributions)
