"""The allow-list of architectures: a model is a name from it, options and weights, and never a program."""

from collections.abc import Mapping

from pydantic import JsonValue
from torch import nn

from auditor.explain.architectures.architecture import Architecture, Options
from auditor.explain.architectures.catalog import find, names

__all__ = ["Architecture", "Options", "build", "find", "names"]


def build(name: str, config: Mapping[str, JsonValue]) -> nn.Module:
    """Return a network of the allow-list with random weights, on the current default device.

    Parameters
    ----------
    name : str
        One of ``names()``.
    config : Mapping[str, JsonValue]
        The options that model.json gives; each architecture declares which it takes.

    Raises
    ------
    Refused
        If the architecture is unknown, or an option is not allowed, missing or of the wrong type.
    RetraceError
        If an installed package offers the architecture but cannot be used.
    """
    return find(name).build(config)
