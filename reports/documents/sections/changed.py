"""One value of a row that a counterfactual changes, in words: the report and the letter say it alike."""

from typing import NamedTuple

from auditor.explain.counterfactuals.documents import Change
from auditor.explain.evidence import Evidence
from auditor.explain.spec import TableInput
from reports.documents.formats import short


class Changed(NamedTuple):
    """A column as people call it, with its value before and after, each with its unit."""

    title: str
    before: str
    after: str


def changed(evidence: Evidence, change: Change) -> Changed:
    """Return a change in words."""
    spec = evidence.model.spec.input
    columns = spec.columns if isinstance(spec, TableInput) else ()
    column = next((column for column in columns if column.name == change.column), None)
    unit = getattr(column, "unit", "")
    title = column.label if column else change.column
    return Changed(title, _value(change.before, unit), _value(change.after, unit))


def _value(value: float | str, unit: str) -> str:
    return value if isinstance(value, str) else f"{short(value)} {unit}".strip()
