"""The classes that a model names itself, and the ones that model.json gives."""

from collections.abc import Sequence

from auditor.common.errors import Refused


def check_classes(found: Sequence[object], declared: tuple[str, ...], name: str) -> None:
    """Return if a model's own classes are the declared ones in their order, or the numbers from 0.

    Raises Refused naming both.
    """
    if tuple(map(str, found)) == declared or list(found) == list(range(len(declared))):
        return
    raise Refused(
        f"{name} has the classes {_listed(found)} and model.json {_listed(declared)}; name the same in the same order "
        "in output.classes."
    )


def _listed(classes: Sequence[object]) -> str:
    more = f" and {len(classes) - 8} more" if len(classes) > 8 else ""
    return ", ".join(str(value)[:60] for value in classes[:8]) + more
