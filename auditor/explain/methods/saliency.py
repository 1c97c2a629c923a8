"""Saliency (Simonyan et al. 2014): the gradient of the score at the input."""

import torch
from torch import Tensor

from auditor.explain.cards import card
from auditor.explain.document import Document
from auditor.explain.memory import Room
from auditor.explain.methods.base import Attribution, Method, Question, gradients_of
from auditor.explain.model import AuditedModel


class Settings(Document):
    """`signed` keeps the direction of the slope."""

    signed: bool = False


class Saliency(Method[Settings]):
    """The absolute gradient of the target's logit; channels are summed.

    References
    ----------
    K. Simonyan, A. Vedaldi, A. Zisserman: Deep Inside Convolutional Networks: Visualising Image Classification
    Models and Saliency Maps. ICLR workshop 2014, section 3.
    """

    settings_type = Settings
    card = card("saliency")

    @property
    def directed(self) -> bool:
        """Whether a map tells what speaks for the class from what speaks against it."""
        return self.settings.signed

    def _attribute(self, model: AuditedModel, question: Question, room: Room) -> Attribution:
        def maps(part: Question) -> Tensor:
            _, gradient = gradients_of(model, part.inputs, part.targets)
            return model.places(gradient if self.settings.signed else gradient.abs())

        return Attribution(torch.cat(question.each(room, maps)))
