"""The register of decisions as a sending system sees it."""

import ssl
import uuid
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

from auditor.client.described import Description, as_line
from auditor.client.errors import NotDescribed, Refused
from auditor.client.transport import Transport

MOST_LINES, LARGEST_BATCH, LARGEST_LINE, LARGEST_DECISION = 10_000, 32 * 2**20, 4 * 2**20, 88 * 2**20


class Receipt(NamedTuple):
    """Where a decision is: its number, its position in the ledger, and whether it was there before."""

    decision: int
    entry: int
    repeated: bool


class Register:
    """One system's way to record decisions, and to see where they stand.

    Requests are repeated with growing pauses, `attempts` times in all; keys keep each from being acted on twice.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout: float = 10,
        attempts: int = 4,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._transport = Transport(url, token, timeout=timeout, attempts=attempts, context=context)

    def record(self, decision: Description) -> Receipt:
        """Record one decision; when this returns, it is stored for good. Raises RegisterError."""
        return self._record(as_line(decision))

    def record_many(self, decisions: Iterable[Description]) -> list[Receipt]:
        """Record decisions in batches, each of which is recorded whole or not at all, and return where they are.

        Raises Refused for the first batch with a bad line, whose number in `errors` counts all decisions from 1 on;
        batches before it are recorded, and handing all in again does not record them twice.
        """
        receipts: list[Receipt] = []
        for batch in _batches(as_line(one) for one in decisions):
            for found in self._send(batch, len(receipts), "refuse"):
                if isinstance(found, Refused):
                    raise found
                receipts.append(found)
        return receipts

    def record_good(self, decisions: Iterable[Description]) -> list[Receipt | Refused]:
        """Record the decisions that can be, in batches; any other has Retrace's refusal in its place."""
        found: list[Receipt | Refused] = []
        for batch in _batches(as_line(one) for one in decisions):
            found += self._send(batch, len(found), "keep")
        return found

    def find(self, reference: str) -> dict[str, Any]:
        """Return where a decision of this system stands, with the proof of its entry; raises RegisterError."""
        found: dict[str, Any] = self._transport.ask("GET", f"/decisions/{quote(reference, safe='')}")
        return found

    def close(self) -> None:
        """Close this thread's connection."""
        self._transport.close()

    def _record(self, line: bytes) -> Receipt:
        if len(line) > LARGEST_DECISION:
            raise NotDescribed(
                f"a decision has at most {LARGEST_DECISION} bytes; name its input instead of sending it."
            )
        answer = self._transport.ask("POST", "/decisions", line, _headers("application/json"))
        return Receipt(answer["decision"], answer["entry"], answer["repeated"])

    def _send(self, batch: list[bytes], before: int, on_error: str) -> list[Receipt | Refused]:
        if len(batch) == 1 and len(batch[0]) > LARGEST_LINE:
            return [self._alone(batch[0], before + 1, on_error)]
        try:
            answer = self._transport.ask(
                "POST",
                f"/decisions:batch?on_error={on_error}",
                b"\n".join(batch),
                _headers("application/x-ndjson"),
            )
        except Refused as refused:
            raise _further(refused, before) from None
        found: dict[int, Receipt | Refused] = {
            one["line"]: Receipt(one["decision"], one["entry"], one["repeated"])
            for one in answer["decisions"]
        }
        for error in answer["errors"]:
            found.setdefault(error["line"], _refused(error, before))
        return [found[line] for line in range(1, len(batch) + 1)]

    def _alone(self, line: bytes, number: int, on_error: str) -> Receipt | Refused:
        try:
            return self._record(line)
        except Refused as refused:
            if on_error == "refuse" or not refused.errors:
                raise _further(refused, number - 1) from None
            return _further(refused, number - 1)


def _headers(kind: str) -> dict[str, str]:
    return {"Content-Type": kind, "Idempotency-Key": str(uuid.uuid4())}


def _batches(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yield lines in batches that the API takes; one that is too long for a batch comes alone."""
    batch: list[bytes] = []
    size = 0
    for line in lines:
        alone = len(line) > LARGEST_LINE
        if batch and (alone or len(batch) == MOST_LINES or size + len(line) >= LARGEST_BATCH):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line) + 1
        if alone:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _refused(error: dict[str, Any], before: int) -> Refused:
    problem = {"type": f"urn:retrace:problem:{error['code']}", "detail": error["detail"]}
    return _further(Refused(422, {**problem, "errors": [error]}), before)


def _further(refused: Refused, before: int) -> Refused:
    """Count a batch's lines on from those of the batches before it."""
    refused.errors = [{**one, "line": one["line"] + before} for one in refused.errors]
    return refused
