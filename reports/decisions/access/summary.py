"""The part of an access package that a person reads: one page of HTML that prints, in the active language."""

from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import get_language


def summary_of(contents: dict[str, Any]) -> str:
    """Return the summary of what `contents_of` gave, as HTML that needs nothing else."""
    decisions = [_readable(one) for subject in contents["subjects"] for one in subject["decisions"]]
    values = {
        "language": get_language() or "en",
        "installation": contents["installation"],
        "made_at": _moment(contents["made_at"]),
        "decisions": decisions,
    }
    return render_to_string("decisions/access.html", values)


def _readable(decision: dict[str, Any]) -> dict[str, Any]:
    facts = decision["facts"]
    return decision | {
        "recorded_at": _moment(decision["recorded_at"]),
        "due": _moment(decision["due"]),
        "decided_at": _moment(facts and facts["decided_at"]),
        "scores": sorted(facts["scores"].items(), key=lambda one: -one[1]) if facts else [],
        "events": [event | {"at": _moment(event["at"])} for event in decision["events"]],
    }


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
