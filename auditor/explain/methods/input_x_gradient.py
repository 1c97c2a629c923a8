"""Input x Gradient (Shrikumar et al. 2016)."""

import torch
from torch import Tensor

from auditor.explain.cards import card
from auditor.explain.document import Document
from auditor.explain.memory import Room
from auditor.explain.methods.base import Attribution, Method, Question, gradients_of
from auditor.explain.model import AuditedModel


class Settings(Document):
    """There is nothing to set."""


class InputXGradient(Method[Settings]):
    """The input times the gradient of the target's logit at it; channels are summed.

    References
    ----------
    A. Shrikumar, P. Greenside, A. Shcherbina, A. Kundaje: Not Just a Black Box: Learning Important Features Through
    Propagating Activation Differences. arXiv 1605.01713, 2016.
    """

    settings_type = Settings
    card = card("input_x_gradient")

    def _attribute(self, model: AuditedModel, question: Question, room: Room) -> Attribution:
        def maps(part: Question) -> Tensor:
            return model.places(part.inputs * gradients_of(model, part.inputs, part.targets)[1])

        return Attribution(torch.cat(question.each(room, maps)))
