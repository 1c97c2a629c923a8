"""A batch of lines: recorded whole or not at all, or all that can be, with every bad line named."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from auditor.common.errors import Refused
from auditor.common.said import count
from reports.decisions.errors import DraftRefused
from reports.decisions.models import SendingSystem
from reports.decisions.recording.draft import DecisionDraft
from reports.decisions.recording.filed import Recorded
from reports.decisions.recording.record import Answer, record_good
from reports.decisions.recording.rows import Given, Mistake, Row, mistake_of

Act = Callable[[], list[Answer]]
Answering = Callable[[Sequence[DecisionDraft], Act], list[Answer]]
"""Answers drafts by an act in one transaction, or as the same request was answered before."""


class BatchRefused(Refused):
    """A batch that is recorded whole or not at all has bad lines; nothing of it was recorded."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        lines = len({one.line for one in mistakes})
        super().__init__(
            count(
                "%(n)s line cannot be recorded, so nothing of the batch was; correct it and send all again.",
                "%(n)s lines cannot be recorded, so nothing of the batch was; correct them and send all again.",
                lines,
            )
        )
        self.mistakes = tuple(mistakes)


class Batch(NamedTuple):
    """What became of each line: where its decision is, or what is wrong."""

    recorded: tuple[tuple[int, Recorded], ...]
    mistakes: tuple[Mistake, ...]


def at_once(drafts: Sequence[DecisionDraft], act: Act) -> list[Answer]:
    """Answer drafts by the act, whatever was asked before."""
    with transaction.atomic():
        return act()


def record_rows(
    system: SendingSystem,
    rows: Iterable[Row],
    *,
    keep: bool,
    now: datetime | None = None,
    once: Answering = at_once,
) -> Batch:
    """Record the decisions of a batch and return what became of each line.

    With `keep` the good lines are recorded in spite of the bad ones; without it raises BatchRefused, which names every
    line that cannot be read or, where all can be, every line that the register refuses. Raises Refused where the
    system is disabled.
    """
    given, unread = _told_apart(rows)
    drafts = [one.draft for one in given]

    def act() -> list[Answer]:
        if unread and not keep:
            raise BatchRefused(unread)
        answers = record_good(system, drafts, now=now)
        if not keep and (refused := _mistakes(given, answers)):
            raise BatchRefused(refused)
        return answers

    answers = once(drafts, act)
    recorded = [
        (one.line, answer) for one, answer in zip(given, answers, strict=True) if isinstance(answer, Recorded)
    ]
    mistakes = sorted([*unread, *_mistakes(given, answers)], key=lambda one: one.line)
    return Batch(tuple(recorded), tuple(mistakes))


def _told_apart(rows: Iterable[Row]) -> tuple[list[Given], list[Mistake]]:
    given: list[Given] = []
    mistakes: list[Mistake] = []
    for row in rows:
        if isinstance(row, Given):
            given.append(row)
        else:
            mistakes.append(row)
    return given, mistakes


def _mistakes(given: Sequence[Given], answers: Sequence[Answer]) -> list[Mistake]:
    return [
        mistake_of(one.line, answer)
        for one, answer in zip(given, answers, strict=True)
        if isinstance(answer, DraftRefused)
    ]
