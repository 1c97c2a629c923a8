"""The classes that a model names itself, and the ones that model.json gives."""

from collections.abc import Sequence

from auditor.common.errors import Refused
from auditor.common.said import Value, say, some_of


def check_classes(found: Sequence[object], declared: tuple[str, ...], name: str) -> None:
    """Return if a model's own classes are the declared ones in their order, or the numbers from 0.

    Raises Refused naming both.
    """
    if tuple(map(str, found)) == declared or list(found) == list(range(len(declared))):
        return
    raise Refused(
        say(
            "%(name)s has the classes %(found)s and model.json %(declared)s; name the same in the "
            "same order in output.classes.",
            name=name,
            found=_listed(found),
            declared=_listed(declared),
        )
    )


def _listed(classes: Sequence[object]) -> Value:
    return some_of([str(value)[:60] for value in classes], 8)
