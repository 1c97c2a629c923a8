"""What stands at the same place in the evidence of another run, found by what it is and not by its position."""

from collections.abc import Mapping
from typing import Any

from auditor.audits.findings.finding import Finding
from auditor.explain.evidence import Evidence

_IDENTITY = (
    *("name", "kind", "of", "column", "value", "layer", "row", "method", "first", "second"),
    *("subject", "decided", "dose"),
)
_UNTESTED = ("not tested", "not measured")


def counterpart(pointer: str, ours: Evidence, theirs: Evidence) -> Any:
    """Return what their evidence holds where `pointer` leads in ours, or None where they have nothing like it.

    Entries of a list are matched by their names, columns, classes and the like; those that have nothing of the kind by
    their position.
    """
    here: Any = ours
    there: Any = theirs
    for part in pointer.split("/")[1:]:
        if isinstance(here, tuple):
            here, there = here[int(part)], _like(here[int(part)], int(part), there)
        elif isinstance(here, Mapping):
            here, there = here[part], there.get(part)
        else:
            here, there = getattr(here, part), getattr(there, part, None)
        if there is None:
            return None
    return there


def measured_in(finding: Finding, ours: Evidence, theirs: Evidence) -> bool:
    """Say whether their evidence measured what a finding of ours is about.

    A finding without a number is about facts that every evidence holds.
    """
    found = counterpart(finding.pointer, ours, theirs)
    if not finding.measures:
        return True
    if found in (None, ()) or getattr(found, "suppressed", False):
        return False
    if getattr(found, "outcome", None) in _UNTESTED:
        return False
    return getattr(found, "value", 0) is not None


def _like(entry: Any, place: int, others: tuple[Any, ...]) -> Any:
    key = _key(entry)
    if all(part is None for part in key):
        return others[place] if place < len(others) else None
    return next((one for one in others if _key(one) == key), None)


def _key(entry: Any) -> tuple[object, ...]:
    own = tuple(getattr(entry, name, None) for name in _IDENTITY)
    return (*own, getattr(getattr(entry, "card", None), "name", None))
