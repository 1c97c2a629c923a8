"""The registry of methods: names to classes, imported on first use."""

import difflib
from importlib import import_module
from typing import Any

from pydantic import JsonValue

from auditor.common.errors import Refused
from auditor.explain.methods.base import Method

METHODS = {
    "grad_cam": "auditor.explain.methods.grad_cam:GradCAM",
    "integrated_gradients": "auditor.explain.methods.integrated_gradients:IntegratedGradients",
    "occlusion": "auditor.explain.methods.occlusion:Occlusion",
}


def method(name: str, parameters: dict[str, JsonValue] | None = None) -> Method[Any]:
    """Return a method with its parameters; raises Refused for an unknown name or a wrong parameter."""
    if name not in METHODS:
        near = difflib.get_close_matches(name, METHODS, n=1)
        hint = f"; did you mean {near[0]!r}" if near else ""
        raise Refused(f"There is no method {name!r}{hint}; the methods are {', '.join(METHODS)}.")
    module, _, attribute = METHODS[name].partition(":")
    made: Method[Any] = getattr(import_module(module), attribute)(parameters or {})
    return made
