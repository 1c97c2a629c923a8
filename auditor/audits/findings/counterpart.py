"""What stands at the same place in the evidence of another run, found by what it is and not by its position."""

from typing import Any

from auditor.audits.findings.finding import Finding
from auditor.explain.evidence import Evidence

_IDENTITY = (
    "name",
    "kind",
    "of",
    "column",
    "value",
    "layer",
    "row",
    "method",
    "first",
    "second",
    "change",
    "level",
)


def counterpart(pointer: str, ours: Evidence, theirs: Evidence) -> Any:
    """Return what their evidence holds where `pointer` leads in ours, or None where they have nothing like it.

    Entries of a list are matched by their names, columns, classes and the like.
    """
    here: Any = ours
    there: Any = theirs
    for part in pointer.split("/")[1:]:
        if isinstance(here, tuple):
            here = here[int(part)]
            there = next((one for one in there if _key(one) == _key(here)), None)
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
    if getattr(found, "suppressed", False) or found in (None, ()):
        return False
    return getattr(found, "value", 0) is not None


def _key(entry: Any) -> tuple[object, ...]:
    own = tuple(getattr(entry, name, None) for name in _IDENTITY)
    return (*own, getattr(getattr(entry, "card", None), "name", None))
