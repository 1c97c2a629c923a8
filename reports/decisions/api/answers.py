"""What the API answers, and what it describes of it."""

from datetime import datetime

from pydantic import JsonValue

from auditor.explain.document import Document
from reports.decisions.api.problems import named
from reports.decisions.recording.batch import Batch
from reports.decisions.recording.filed import Recorded


class DecisionRecorded(Document):
    """A decision is in the register: its number, its position in the ledger, and whether it was there before."""

    decision: int
    entry: int
    recorded_at: datetime
    repeated: bool


class LineRecorded(DecisionRecorded):
    """The decision of a line of a batch."""

    line: int


class LineMistake(Document):
    """What is wrong in a line, and in which field where it is one's."""

    line: int
    field: str
    code: str
    detail: str


class BatchRecorded(Document):
    """What became of each line of a batch."""

    recorded: int
    refused: int
    decisions: tuple[LineRecorded, ...]
    errors: tuple[LineMistake, ...]


class DecisionFound(Document):
    """Where a decision stands; `proof` shows offline that its entry is in the ledger (C2SP tlog-proof)."""

    decision: int
    state: str
    restricted: bool
    due: datetime | None
    decided_at: datetime
    recorded_at: datetime
    model: str
    entry: int
    superseded_by: int | None
    proof: str


class ProblemDetails(Document):
    """What went wrong (RFC 9457); `errors` names lines and fields where there are some."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[LineMistake, ...] = ()
    limit: int | None = None


def recorded_json(recorded: Recorded) -> dict[str, JsonValue]:
    """Return what is answered for a decision; it is a DecisionRecorded."""
    return {
        "decision": recorded.decision,
        "entry": recorded.entry,
        "recorded_at": recorded.recorded_at.isoformat(),
        "repeated": recorded.repeated,
    }


def batch_json(batch: Batch) -> dict[str, JsonValue]:
    """Return what is answered for a batch in the active language; it is a BatchRecorded."""
    return {
        "recorded": len(batch.recorded),
        "refused": len({one.line for one in batch.mistakes}),
        "decisions": [{"line": line, **recorded_json(one)} for line, one in batch.recorded],
        "errors": named(batch.mistakes),
    }
