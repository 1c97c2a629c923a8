"""A decorator that records what a model decides, without standing in the decision's way unless it is asked to."""

import functools
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar

from auditor.client.described import Description, scores_of
from auditor.client.errors import NotDescribed, Refused, Unreachable
from auditor.client.register import Register
from auditor.client.spool import Spool

log = logging.getLogger(__name__)
Called = ParamSpec("Called")
Returned = TypeVar("Returned")

_QUIET_SECONDS = 30.0
"""How long decisions go to the spool at once after Retrace could not be reached, rather than each wait for it."""


def recorded(
    register: Register,
    *,
    about: Callable[..., Description | Sequence[Description]],
    outcome: Callable[[dict[str, float]], str],
    classes: Sequence[str] = (),
    spool: Spool | None = None,
    **fields: Any,
) -> Callable[[Callable[Called, Returned]], Callable[Called, Returned]]:
    """Return a decorator for a function that returns a model's scores: each call is recorded as decisions.

    The function returns what it returned without the decorator. `about` gets the call's arguments and returns what is
    particular to it - reference, subject, input - as a mapping, or one for each item of a batch; `outcome` gets an
    item's scores by class and returns what was decided; `fields` are the same for every call.

    Without a spool, whatever keeps a decision from being recorded is raised, and its caller has no result: no decision
    without a record. With a spool nothing is raised: where Retrace cannot be reached or refuses, decisions wait in the
    spool until `Spool.send` is called, and a call that cannot be described is logged as an error.
    """
    keeper = _Keeper(register, spool)

    def decorate(function: Callable[Called, Returned]) -> Callable[Called, Returned]:
        @functools.wraps(function)
        def wrapped(*args: Called.args, **kwargs: Called.kwargs) -> Returned:
            returned = function(*args, **kwargs)
            decided_at = datetime.now(UTC).isoformat()

            def described() -> list[Description]:
                return _described(
                    about(*args, **kwargs), scores_of(returned, classes), outcome, decided_at, fields
                )

            keeper.keep(described)
            return returned

        return wrapped

    return decorate


def _described(
    about: Description | Sequence[Description],
    scores: Sequence[dict[str, float]],
    outcome: Callable[[dict[str, float]], str],
    decided_at: str,
    fields: Mapping[str, Any],
) -> list[Description]:
    items = [about] if isinstance(about, Mapping) else list(about)
    if len(items) != len(scores):
        raise NotDescribed(f"{len(scores)} items were scored and {len(items)} described.")
    return [
        {"decided_at": decided_at, **fields, **item, "scores": one, "outcome": outcome(one)}
        for item, one in zip(items, scores, strict=True)
    ]


class _Keeper:
    """Brings decisions into the register or, where there is one, into the spool."""

    def __init__(self, register: Register, spool: Spool | None) -> None:
        self._register, self._spool = register, spool
        self._quiet_until = 0.0
        self._lock = threading.Lock()

    def keep(self, described: Callable[[], list[Description]]) -> None:
        """Record the decisions; with a spool, whatever fails is logged and nothing is raised."""
        if self._spool is None:
            self._record(described())
            return
        try:
            self._record_or_spool(described(), self._spool)
        except Exception:  # the decision was taken and must reach its caller, whatever became of its record
            log.exception("a decision was taken and is not recorded")

    def _record(self, decisions: list[Description]) -> None:
        if len(decisions) == 1:
            self._register.record(decisions[0])
        else:
            self._register.record_many(decisions)

    def _record_or_spool(self, decisions: list[Description], spool: Spool) -> None:
        if time.monotonic() >= self._quiet_until:
            try:
                self._record(decisions)
            except Unreachable as error:
                log.warning("decisions wait in the spool: %s", error)
                with self._lock:
                    self._quiet_until = time.monotonic() + _QUIET_SECONDS
            except Refused as error:
                log.error("decisions wait in the spool: Retrace refused (%s) %s", error.kind, error)
            else:
                return
        for decision in decisions:
            spool.put(decision)
