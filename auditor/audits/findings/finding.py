"""What a finding is: a rule that fired, in plain words, with its numbers, its threshold and its article."""

from typing import Literal

from auditor.explain.document import Document, Text
from auditor.explain.evidence import Measure

Severity = Literal["critical", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "note")


class Labelled(Document):
    """A measure with the words that introduce it; `share` says that it is printed as a percentage."""

    label: Text
    measure: Measure
    share: bool = True


class Threshold(Document):
    """The number that a measurement was held against, and who fixed it.

    `set_by` is "default" where the plan kept the product's documented `default`, "plan" where it has another value,
    and "rule" where the number follows from what was measured; `name` is then words, and else the plan's name for it.
    """

    name: Text
    value: float
    set_by: Literal["default", "plan", "rule"] = "plan"
    default: float | None = None


class Finding(Document):
    """One thing that a reader has to know; `pointer` is a JSON pointer (RFC 6901) into the evidence."""

    id: str
    rule: str
    rule_version: int
    severity: Severity
    title: Text
    sentence: Text
    measures: tuple[Labelled, ...] = ()
    threshold: Threshold | None = None
    pointer: str
    hook: str
    action: Text
