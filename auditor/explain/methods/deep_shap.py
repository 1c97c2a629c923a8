"""DeepSHAP (Lundberg and Lee 2017): DeepLIFT averaged over background items."""

from dataclasses import replace

import torch
from torch import Tensor

from auditor.explain.cards import card
from auditor.explain.document import Document
from auditor.explain.methods.base import Attribution, Method, Question, left_over
from auditor.explain.methods.deep_lift import multiplied
from auditor.explain.model import AuditedModel


class Settings(Document):
    """Nothing to set: the background is the plan's."""


class DeepSHAP(Method[Settings]):
    """The mean over background items of DeepLIFT's map against each.

    A map sums to f(x) minus the mean of f over the background; what is left over of it is reported for each item.

    References
    ----------
    S. Lundberg, S.-I. Lee: A Unified Approach to Interpreting Model Predictions. NeurIPS 2017, section 4.2.
    """

    settings_type = Settings
    card = card("deep_shap")

    def _attribute(self, model: AuditedModel, question: Question, batch: int) -> Attribution:
        made = [self._one(model, part, batch) for part in question.split(1)]
        maps = torch.stack([values for values, _ in made])
        return Attribution(maps, left_over(maps, torch.stack([difference for _, difference in made])))

    @staticmethod
    def _one(model: AuditedModel, part: Question, batch: int) -> tuple[Tensor, Tensor]:
        """Return one item's map and f(x) - mean f(background)."""
        background = model.references(part.inputs[0], part.references)
        total, gained = torch.zeros_like(part.inputs[0], dtype=torch.float64), torch.zeros(()).double()
        for reference in torch.split(background, max(1, batch // 2)):
            size = len(reference)
            copies = replace(
                part,
                inputs=part.inputs.expand_as(reference),
                targets=part.targets.expand(size),
                seeds=part.seeds * size,
            )
            values, difference = multiplied(model, copies, reference)
            total += values.double().sum(dim=0)
            gained = gained + difference.double().sum().cpu()
        return model.places((total / len(background))[None])[0], gained / len(background)
