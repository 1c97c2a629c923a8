"""DeepSHAP (Lundberg and Lee 2017): DeepLIFT averaged over background items."""

import torch
from torch import Tensor

from auditor.explain.cards import card
from auditor.explain.document import Document
from auditor.explain.memory import Room
from auditor.explain.methods.base import Attribution, Method, Question, left_over
from auditor.explain.methods.deep_lift import multiplied
from auditor.explain.methods.samples import sampled, summed
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

    def _attribute(self, model: AuditedModel, question: Question, room: Room) -> Attribution:
        background = question.references

        def against(item: Tensor, reference: Tensor) -> tuple[Tensor, Tensor]:
            return multiplied(model, question.inputs[item], question.targets[item], background[reference])

        of_items = sampled(room, len(question), len(background), against, cost=2)
        sums = [summed(pieces) for pieces in of_items]
        maps = torch.cat([model.places(total[None] / len(background)) for total, _ in sums])
        differences = torch.stack([difference for _, difference in sums]) / len(background)
        return Attribution(maps, left_over(maps, differences))
