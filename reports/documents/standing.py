"""Where an issued report stands: current, superseded by another, or withdrawn."""

from typing import Literal, NamedTuple

from auditor.common.clock import timestamp
from reports.documents.models import Report, Supersession, Withdrawal


class Standing(NamedTuple):
    """What second records say about a report.

    `when` (RFC 3339) is the time of the withdrawal, or of the supersession; `reason` is why it was withdrawn; `by` is
    the number of the report that took its place, also where it was withdrawn as well.
    """

    state: Literal["current", "superseded", "withdrawn"]
    when: str = ""
    reason: str = ""
    by: str = ""


def standing(report: Report) -> Standing:
    """Return where an issued report stands."""
    withdrawn: Withdrawal | None = getattr(report, "withdrawal", None)
    replaced: Supersession | None = getattr(report, "supersession", None)
    by = replaced.by.number if replaced else ""
    if withdrawn is not None:
        return Standing("withdrawn", timestamp(withdrawn.at), withdrawn.reason, by)
    if replaced is not None:
        return Standing("superseded", timestamp(replaced.at), by=by)
    return Standing("current")
