"""What came of a re-trace: recorded scores and explanations against those of now, on terms fixed before."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.decisions.retracing.documents import Difference, Explained, Flip, Score, Terms, Why
from reports.decisions.state import Outcome


@dataclass(frozen=True)
class Verdict:
    """The outcome, why it is not "reproduced", and the numbers that it follows from."""

    outcome: Outcome
    why: tuple[Why, ...] = ()
    scores: tuple[Score, ...] = ()
    largest: float | None = None
    flips: tuple[Flip, ...] = ()


def compared(
    recorded: Mapping[str, float],
    now: Mapping[str, float],
    *,
    threshold: float | None,
    terms: Terms,
    explanations: Sequence[Explained] = (),
) -> Verdict:
    """Return what came of a re-trace.

    A score deviates where it differs by more than the tolerance. The outcome turns on the threshold, where one was
    recorded, and otherwise on which score is the highest; a class that flips deviates whatever the tolerance.
    """
    if recorded.keys() - now.keys():
        return Verdict(Outcome.NOT_REPRODUCIBLE, (Why.SCORES_UNKNOWN,))
    if not all(math.isfinite(now[name]) for name in recorded):
        return Verdict(Outcome.NOT_REPRODUCIBLE, (Why.SCORES_NO_NUMBERS,))
    scores = tuple(Score(name=name, recorded=recorded[name], now=now[name]) for name in sorted(recorded))
    largest = max(abs(score.now - score.recorded) for score in scores)
    flips = tuple(_flips(scores, threshold))
    found = {
        Why.SCORES: largest > terms.tolerance,
        Why.CLASS: bool(flips),
        Why.EXPLANATION: any(
            not one.identical and one.correlation is not None and one.correlation < terms.correlation
            for one in explanations
        ),
    }
    why = tuple(reason for reason, holds in found.items() if holds)
    return Verdict(Outcome.DEVIATES if why else Outcome.REPRODUCED, why, scores, largest, flips)


def _flips(scores: Sequence[Score], threshold: float | None) -> list[Flip]:
    before = _chosen({score.name: score.recorded for score in scores}, threshold)
    now = _chosen({score.name: score.now for score in scores}, threshold)
    return [Flip(name=name, before=name in before, now=name in now) for name in sorted(before ^ now)]


def _chosen(scores: Mapping[str, float], threshold: float | None) -> frozenset[str]:
    """Return the classes that reach the threshold, or have the highest score where there is none."""
    least = max(scores.values()) if threshold is None else threshold
    return frozenset(name for name, score in scores.items() if score >= least)


def differences(recorded: Mapping[str, str], now: Mapping[str, str]) -> tuple[Difference, ...]:
    """Return what of the recorded surroundings is not the same now; what was not recorded is not compared."""
    return tuple(
        Difference(what=what, recorded=value, now=now.get(what, ""))
        for what, value in sorted(recorded.items())
        if value and value != now.get(what, "")
    )
