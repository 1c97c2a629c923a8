"""The registry of methods: names to classes, imported on first use."""

import difflib
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from auditor.common.errors import Refused
from auditor.common.said import say

if TYPE_CHECKING:
    from auditor.explain.methods.base import Method

METHODS = {
    "grad_cam": "auditor.explain.methods.grad_cam:GradCAM",
    "grad_cam_plus_plus": "auditor.explain.methods.grad_cam_plus_plus:GradCAMPlusPlus",
    "activation_map": "auditor.explain.methods.activation_map:ActivationMap",
    "saliency": "auditor.explain.methods.saliency:Saliency",
    "input_x_gradient": "auditor.explain.methods.input_x_gradient:InputXGradient",
    "smooth_grad": "auditor.explain.methods.smooth_grad:SmoothGrad",
    "integrated_gradients": "auditor.explain.methods.integrated_gradients:IntegratedGradients",
    "deep_lift": "auditor.explain.methods.deep_lift:DeepLift",
    "deep_shap": "auditor.explain.methods.deep_shap:DeepSHAP",
    "gradient_shap": "auditor.explain.methods.gradient_shap:GradientSHAP",
    "lrp": "auditor.explain.methods.lrp:LRP",
    "occlusion": "auditor.explain.methods.occlusion:Occlusion",
    "shapley_sampling": "auditor.explain.methods.shapley_sampling:ShapleySampling",
    "kernel_shap": "auditor.explain.methods.kernel_shap:KernelSHAP",
    "lime": "auditor.explain.methods.lime:LIME",
    "gnn_explainer": "auditor.explain.methods.gnn_explainer:GNNExplainer",
}


def check_name(name: str, known: Sequence[str] = tuple(METHODS)) -> str:
    """Return the name of a method; raises Refused with the nearest where none of those known has this name."""
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = say("; did you mean %(near)s", near=repr(near[0])) if near else ""
        raise Refused(
            say(
                "There is no method %(name)s%(hint)s; the methods are %(methods)s.",
                name=repr(name),
                hint=hint,
                methods=known,
            )
        )
    return name


def method(name: str, parameters: dict[str, JsonValue] | None = None) -> "Method[Any]":
    """Return a method with its parameters; raises Refused for an unknown name or a wrong parameter."""
    module, _, attribute = METHODS[check_name(name)].partition(":")
    made: Method[Any] = getattr(import_module(module), attribute)(parameters or {})
    return made
