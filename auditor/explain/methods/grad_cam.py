"""Grad-CAM (Selvaraju et al. 2017): where the last feature maps speak for the target."""

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from auditor.common.errors import Refused
from auditor.explain.document import Document
from auditor.explain.evidence import MethodCard
from auditor.explain.layers import captured
from auditor.explain.methods.base import Attribution, Method, Question
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
    card = MethodCard(
        name="grad_cam",
        title="Grad-CAM",
        family="backpropagation",
        needs="layers",
        scope="local",
        stage="after the model",
        kind="attribution",
        specific=True,
        sign="Positive only: regions that speak for the explained class. Evidence against it is cut off.",
        cost="One forward pass and one backward pass from the output to the chosen layer, per image.",
        paper=(
            "Selvaraju, Cogswell, Das, Vedantam, Parikh, Batra: Grad-CAM: Visual Explanations from Deep "
            "Networks via Gradient-based Localization. ICCV 2017."
        ),
        failure_modes=(
            "The map has the resolution of a late layer, scaled up: its edges are not edges in the image.",
            "Averaging gradients over the map can highlight places that the score does not depend on "
            "(Draelos and Carin 2020).",
            "Several instances of a finding can merge or vanish (Chattopadhay et al. 2018).",
            "An all-zero map means only that nothing positive was left after the ReLU.",
        ),
        not_to_claim=(
            "That the highlighted outline is the outline of a finding.",
            "That places without colour did not influence the decision.",
            "That the size of the values can be compared between images: they sum to nothing in particular.",
        ),
    )

    def _attribute(self, model: AuditedModel, question: Question, batch: int) -> Attribution:
        name = self.settings.layer or model.default_layer
        if name is None:
            raise Refused("Method grad_cam, parameter layer: the model has no layer with a spatial map.")
        parts = question.split(batch)
        return Attribution(torch.cat([self._maps(model, name, part.inputs, part.targets) for part in parts]))

    def _maps(self, model: AuditedModel, name: str, inputs: Tensor, targets: Tensor) -> Tensor:
        with torch.enable_grad(), captured(model.layer(name)) as capture:
            logits = model.logits(inputs)
            if not capture.outputs or capture.outputs[-1].ndim != 4:
                raise Refused(
                    f"Method grad_cam, parameter layer: {name!r} gives no map (channels, height, width)."
                )
            activations = capture.outputs[-1]  # (batch, channels, h, w)
            score = logits.gather(1, targets[:, None]).sum()
            gradients = torch.autograd.grad(score, activations)[0]
        weights = gradients.mean(dim=(2, 3), keepdim=True)  # alpha_k: (batch, channels, 1, 1)
        maps = (weights * activations.detach()).sum(dim=1, keepdim=True)  # (batch, 1, h, w)
        if not self.settings.signed:
            maps = maps.relu()
        return interpolate(maps, inputs.shape[2:], mode="bilinear", align_corners=False)[:, 0]
