"""What a comparison of two runs says; `before` is the earlier one, `after` the one that it is about."""

from typing import Literal

from pydantic import Field

from auditor.audits.findings.finding import Severity
from auditor.explain.document import Document, Text
from auditor.explain.measure import Measure
from auditor.explain.spec import Digest

Change = Literal["better", "worse", "unchanged"]
FindingChange = Literal["new", "gone", "better", "worse", "unchanged", "not measured"]


class Side(Document):
    """One of the two runs: its evidence, its model and its set."""

    run: str
    evidence: Digest
    model: str
    version: str
    model_digest: Digest
    set_name: str
    set_digest: Digest
    plan: str
    items: int


class Pairing(Document):
    """Which items both runs have, by the digest of their content; `said` is that in a sentence.

    `relabelled` counts pairs whose label differs. Numbers are compared item by item where `used`; else there are too
    few pairs, and they are compared by the intervals of both runs.
    """

    paired: int
    only_before: int
    only_after: int
    relabelled: int
    used: bool
    said: Text


class PairedTest(Document):
    """A test of no difference: what it is, its p, and p after Holm's correction for all tests of its table."""

    method: Text
    n: int
    p: float
    corrected: float


class MetricChange(Document):
    """One performance number, on all items of each run, and the paired difference `after` - `before`."""

    name: str
    of: str | None
    before: Measure | None
    after: Measure | None
    difference: Measure
    test: PairedTest | None
    change: Change


class ChangedFinding(Document):
    """One finding by its id; `how` says what decided about its change, `difference` is `after` - `before`."""

    id: str
    title: Text
    severity_before: Severity | None
    severity_after: Severity | None
    change: FindingChange
    how: Text
    label: Text = ""
    before: Measure | None = None
    after: Measure | None = None
    difference: Measure | None = None
    test: PairedTest | None = None


class Way(Document):
    """How many decisions went from one class to another, and how many of these agreed with their label."""

    before: str
    after: str
    n: int
    right_before: int
    right_after: int


class ChangedDecision(Document):
    """One item that was decided otherwise."""

    item: str
    label: str
    before: str
    after: str


class Decisions(Document):
    """Decisions on the paired items: the share that changed, which way, and on which items."""

    changed: Measure
    ways: tuple[Way, ...]
    items: tuple[ChangedDecision, ...]


class Comparison(Document):
    """Two runs side by side."""

    schema_: Literal["retrace-comparison/1"] = Field(default="retrace-comparison/1", alias="schema")
    before: Side
    after: Side
    pairing: Pairing
    findings: tuple[ChangedFinding, ...]
    metrics: tuple[MetricChange, ...]
    decisions: Decisions | None
