"""The snapshot: everything that a report says; a report is a pure function of it and the arrays."""

import json
from typing import Literal

from pydantic import Field

from auditor.audits.comparison import Comparison
from auditor.audits.findings import Finding
from auditor.common.canonical import canonical
from auditor.common.digest import sha256
from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.document import Document
from auditor.explain.evidence import Evidence
from auditor.explain.spec import Digest


class LedgerPosition(Document):
    """Where the ledger recorded the evidence: the entry's position and its hash."""

    position: int
    hash: Digest


class Conditions(Document):
    """How the run went; beside the evidence, not in it, because it may differ between equal runs."""

    started_at: str
    finished_at: str
    hosts: tuple[str, ...]
    devices: tuple[str, ...]
    compute_seconds: float | None
    shards: int


class Declaration(Document):
    """What a named person stated about a field of a section, and when (RFC 3339).

    `rows` holds what was stated where the field is a table, and `text` is then empty.
    """

    section: str
    field: str
    text: str
    rows: tuple[dict[str, str], ...] = ()
    by: str
    when: str


class SignOff(Document):
    """Who signed the report off after another person had prepared it, when (RFC 3339), and what they stated."""

    by: str
    when: str
    statement: str
    prepared_by: str


class ChangedThreshold(Document):
    """A threshold on which the plan differs from the one that it was made from, and who changed it when."""

    name: str
    before: float
    after: float
    base: str
    by: str
    when: str


class FixedPlan(Document):
    """Who fixed the plan and when, and which thresholds were changed; `by` is empty where nobody is recorded."""

    name: str
    by: str
    when: str
    changes: tuple[ChangedThreshold, ...] = ()


class Snapshot(Document):
    """Evidence, findings and the facts beside them, copied in when a report is made.

    A report without a sign-off is an interim one. `supersedes` is the number of the report that this one replaces.
    """

    schema_: Literal["retrace-snapshot/1"] = Field(default="retrace-snapshot/1", alias="schema")
    report_id: str
    run_id: str
    issued_at: str
    language: str
    evidence: Evidence
    evidence_digest: Digest
    findings: tuple[Finding, ...]
    ledger: LedgerPosition
    conditions: Conditions
    declarations: tuple[Declaration, ...] = ()
    plan: FixedPlan | None = None
    comparison: Comparison | None = None
    sign_off: SignOff | None = None
    supersedes: str = ""

    def statement(self) -> bytes:
        """Return everything that is said beside the evidence, as canonical JSON."""
        return canonical(self.model_dump(mode="json", by_alias=True, exclude={"evidence"}))

    @classmethod
    def together(cls, evidence: bytes, statement: bytes) -> "Snapshot":
        """Return the snapshot whose evidence and statement these are.

        Raises Refused where they are damaged or do not belong together.
        """
        try:
            said = json.loads(statement)
        except ValueError:
            raise Refused(say("statement.json is not JSON; take it from the report again.")) from None
        if not isinstance(said, dict) or said.get("evidence_digest") != sha256(evidence):
            raise Refused(
                say("statement.json does not speak of this evidence.json; take both from the same report.")
            )
        said["evidence"] = Evidence.parse(evidence, name="evidence.json").model_dump(
            mode="json", by_alias=True
        )
        return cls.parse(canonical(said), name="statement.json")
