"""Grad-CAM (Selvaraju et al. 2017): where the last feature maps speak for the target."""

import torch
from torch import Tensor

from auditor.explain.cards import card
from auditor.explain.document import Document
from auditor.explain.memory import Room
from auditor.explain.methods.base import Attribution, Method, Question
from auditor.explain.methods.maps import chosen_layer, layer_gradients, scaled
from auditor.explain.model import AuditedModel


class Settings(Document):
    """`layer` is the model's own default where None; `signed` leaves out the paper's last ReLU."""

    layer: str | None = None
    signed: bool = False


class GradCAM(Method[Settings]):
    """Gradient-weighted class activation mapping.

    With A^k the k-th feature map of the layer and y the target's logit, alpha_k is the mean of dy/dA^k over
    the map and L = ReLU(sum_k alpha_k A^k), scaled up bilinearly to the input.

    References
    ----------
    R. R. Selvaraju, M. Cogswell, A. Das, R. Vedantam, D. Parikh, D. Batra: Grad-CAM: Visual Explanations from
    Deep Networks via Gradient-based Localization. ICCV 2017, equations 1 and 2.
    """

    settings_type = Settings
    card = card("grad_cam")

    def _attribute(self, model: AuditedModel, question: Question, room: Room) -> Attribution:
        name = chosen_layer(self.card.name, model, self.settings.layer)
        return Attribution(torch.cat(question.each(room, lambda part: self._maps(model, name, part))))

    def _maps(self, model: AuditedModel, name: str, part: Question) -> Tensor:
        activations, gradients = layer_gradients(self.card.name, model, name, part)
        weights = self._weights(activations, gradients)  # alpha_k: (items, channels, 1, 1)
        maps = (weights * activations).sum(dim=1, keepdim=True)
        if not self.settings.signed:
            maps = maps.relu()
        return scaled(maps, part.inputs)

    def _weights(self, activations: Tensor, gradients: Tensor) -> Tensor:
        return gradients.mean(dim=tuple(range(2, gradients.ndim)), keepdim=True)
