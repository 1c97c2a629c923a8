"""What an architecture is: a name, the options that a model.json may set, and the function that builds it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError
from pydantic_core import ErrorDetails
from torch import nn

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.mistakes import mistake


class Options(BaseModel):
    """Base of every allow-list of options: only declared keys, only their own JSON types, within limits."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


@dataclass(frozen=True)
class Architecture:
    """An allow-listed network.

    Attributes
    ----------
    name : str
        What model.json writes under ``architecture``; for a plug-in also the name of its entry point.
    summary : str
        One line for people who choose.
    options : type[Options]
        The keys that ``config`` may hold, with their types and limits.
    make : Callable
        Takes a validated ``options`` object and returns the network with random weights; downloads nothing,
        reads no file and works under ``torch.device("meta")``.
    gradcam_layer : str or None
        The layer whose output Grad-CAM reads unless model.json names another, as ``named_modules`` spells it.
    """

    name: str
    summary: str
    options: type[Options]
    make: Callable[[Any], nn.Module]
    gradcam_layer: str | None = None

    def build(self, config: Mapping[str, JsonValue]) -> nn.Module:
        """Return the network that a ``config`` describes, with random weights and no in-place activation.

        Raises
        ------
        Refused
            If a key is not allowed or missing, or a value is of the wrong type or out of range.
        """
        return _without_inplace(self.make(self._checked(config)))

    def _checked(self, config: Mapping[str, JsonValue]) -> Options:
        try:
            return self.options.model_validate_json(json.dumps(dict(config)))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise Refused(self._sentence(first)) from None

    def _sentence(self, error: ErrorDetails) -> str:
        key, allowed = ".".join(str(part) for part in error["loc"]), tuple(self.options.model_fields)
        if error["type"] == "extra_forbidden":
            return say(
                "model.json, field config.%(key)s: %(name)s has no such option; it takes %(allowed)s.",
                key=key,
                name=self.name,
                allowed=allowed,
            )
        if error["type"] == "missing":
            return say(
                "model.json, field config.%(key)s: %(name)s needs this option; it takes %(allowed)s.",
                key=key,
                name=self.name,
                allowed=allowed,
            )
        return say(
            "model.json, field config.%(key)s: %(problem)s (%(name)s).",
            key=key,
            problem=mistake(error),
            name=self.name,
        )


def _without_inplace(network: nn.Module) -> nn.Module:
    """Switch in-place activations off: attribution reads the value that they would overwrite."""
    for module in network.modules():
        if getattr(module, "inplace", False) is True:
            setattr(module, "inplace", False)  # noqa: B010 - nn.Module types attributes as modules or tensors
    return network
