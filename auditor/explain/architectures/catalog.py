"""Which architectures there are: the built-in families and those of installed packages."""

import difflib
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from auditor.common.errors import Refused, RetraceError
from auditor.common.said import say
from auditor.explain.architectures import (
    monai_densenet,
    monai_efficientnet,
    monai_resnet,
    monai_senet,
    small_convnet,
    small_gnn,
    small_mlp,
    small_resnet,
)
from auditor.explain.architectures.architecture import Architecture

GROUP = "retrace.architectures"
_FAMILIES = (
    small_convnet,
    small_resnet,
    small_mlp,
    small_gnn,
    monai_densenet,
    monai_efficientnet,
    monai_resnet,
    monai_senet,
)


def names() -> list[str]:
    """Return the names of all architectures: built-in ones first, then those of installed packages."""
    return [*_built_in(), *sorted(_installed().keys() - _built_in().keys())]


def find(name: str) -> Architecture:
    """Return an architecture by its name.

    Raises
    ------
    Refused
        If there is none of that name.
    RetraceError
        If an installed package offers it but what it offers cannot be used.
    """
    if name in _built_in():
        return _built_in()[name]
    if name in _installed():
        return _loaded(_installed()[name])
    near = difflib.get_close_matches(name, names(), n=1, cutoff=0.5)
    hint = say("; the nearest is %(near)s", near=repr(near[0])) if near else ""
    raise Refused(
        say(
            "model.json, field architecture: %(name)s is not on the list of accepted "
            "architectures%(hint)s; `python -m auditor.explain.architectures` prints the list.",
            name=repr(name),
            hint=hint,
        )
    )


@cache
def _built_in() -> dict[str, Architecture]:
    return {architecture.name: architecture for family in _FAMILIES for architecture in family.ARCHITECTURES}


def _installed() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def _loaded(point: EntryPoint) -> Architecture:
    package = point.dist.name if point.dist else point.value
    try:
        offered = point.load()
    except Exception as error:
        raise RetraceError(
            say(
                "The installed package %(package)s offers the architecture %(offered)s but does not load "
                "(%(kind)s: %(problem)s); an administrator has to repair or remove it.",
                package=package,
                offered=repr(point.name),
                kind=type(error).__name__,
                problem=str(error),
            )
        ) from error
    if not isinstance(offered, Architecture) or offered.name != point.name:
        raise RetraceError(
            say(
                "The installed package %(package)s offers %(offered)s under %(group)s, which is not an "
                "Architecture of that name; an administrator has to repair or remove it.",
                package=package,
                offered=repr(point.name),
                group=GROUP,
            )
        )
    return offered
