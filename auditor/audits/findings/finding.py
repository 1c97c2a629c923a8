"""What a finding is: a rule that fired, in plain words, with its numbers, its threshold and its article."""

from typing import Literal

from auditor.explain.document import Document
from auditor.explain.evidence import Measure

Severity = Literal["critical", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "note")


class Labelled(Document):
    """A measure with the words that introduce it."""

    label: str
    measure: Measure


class Threshold(Document):
    """The number that a measurement was held against, and who fixed it."""

    name: str
    value: float
    set_by: Literal["plan", "rule"] = "plan"


class Finding(Document):
    """One thing that a reader has to know; `pointer` is a JSON pointer (RFC 6901) into the evidence."""

    id: str
    rule: str
    rule_version: int
    severity: Severity
    title: str
    sentence: str
    measures: tuple[Labelled, ...] = ()
    threshold: Threshold | None = None
    pointer: str
    hook: str
    action: str
