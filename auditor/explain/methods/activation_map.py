"""Activation maps: how strongly a layer responds, whatever the class."""

import torch
from torch import Tensor

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.cards import card
from auditor.explain.document import Document
from auditor.explain.memory import Room
from auditor.explain.methods.base import Attribution, Method, Question
from auditor.explain.methods.maps import chosen_layer, layer_maps, scaled
from auditor.explain.model import AuditedModel


class Settings(Document):
    """`layer` is the model's own default where None; `channel` is one map of it, or the mean of all where None."""

    layer: str | None = None
    channel: int | None = None


class ActivationMap(Method[Settings]):
    """The absolute activation of a layer, one channel or the mean over channels, scaled up to the input.

    References
    ----------
    M. D. Zeiler, R. Fergus: Visualizing and Understanding Convolutional Networks. ECCV 2014, section 2.
    """

    settings_type = Settings
    card = card("activation_map")
    of_class = False

    def _attribute(self, model: AuditedModel, question: Question, room: Room) -> Attribution:
        name = chosen_layer(self.card.name, model, self.settings.layer)
        return Attribution(torch.cat(question.each(room, lambda part: self._maps(model, name, part))))

    def _maps(self, model: AuditedModel, name: str, part: Question) -> Tensor:
        found = layer_maps(self.card.name, model, name, part).abs()
        if self.settings.channel is not None:
            self._check(self.settings.channel, name, found.shape[1])
            found = found[:, self.settings.channel : self.settings.channel + 1]
        return scaled(found.mean(dim=1, keepdim=True), part.inputs)

    @staticmethod
    def _check(channel: int, name: str, channels: int) -> None:
        if not 0 <= channel < channels:
            raise Refused(
                say(
                    "Method activation_map, parameter channel: %(name)s has %(channels)s channels, from 0; "
                    "not %(channel)s.",
                    name=repr(name),
                    channels=channels,
                    channel=channel,
                )
            )
