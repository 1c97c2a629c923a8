"""DeepLIFT with the rescale rule (Shrikumar et al. 2017), against a reference."""

import torch
from torch import Tensor

from auditor.explain.cards import card
from auditor.explain.document import Document
from auditor.explain.memory import Room
from auditor.explain.methods.base import Attribution, Baseline, Method, Question, left_over
from auditor.explain.model import AuditedModel
from auditor.explain.propagation.deep_lift import Multipliers


class Settings(Document):
    """`baseline` is the reference: a level in [0, 1], one or one a channel.

    Where None it is black, or the references of a table's columns.
    """

    baseline: Baseline | None = None


class DeepLift(Method[Settings]):
    """The difference from the reference times DeepLIFT's multipliers; channels are summed.

    A map sums to f(x) - f(reference); what is left over of it is reported for each item.

    References
    ----------
    A. Shrikumar, P. Greenside, A. Kundaje: Learning Important Features Through Propagating Activation Differences.
    ICML 2017.
    """

    settings_type = Settings
    card = card("deep_lift")

    def _attribute(self, model: AuditedModel, question: Question, room: Room) -> Attribution:
        reference = model.baseline(self.settings.baseline)
        made = question.each(
            room, lambda part: multiplied(model, part.inputs, part.targets, reference), cost=2
        )
        maps = torch.cat([model.places(values) for values, _ in made])
        return Attribution(maps, left_over(maps, torch.cat([difference for _, difference in made])))


def multiplied(
    model: AuditedModel, inputs: Tensor, targets: Tensor, reference: Tensor
) -> tuple[Tensor, Tensor]:
    """Return (x - reference) times the multipliers, of the inputs' shape, and f(x) - f(reference), (items,)."""
    both = torch.cat((inputs, reference.expand_as(inputs)))
    with torch.enable_grad():
        leaf = both.detach().requires_grad_()
        with Multipliers(model.scorer):
            logits = model.logits(leaf)
        scores = logits.gather(1, targets.repeat(2)[:, None])[:, 0]
        multipliers = torch.autograd.grad(scores.sum(), leaf)[0].chunk(2)[0]
    reached, start = scores.detach().chunk(2)
    return (inputs - reference) * multipliers, reached - start
