"""Tests of two runs on the same items, written as the papers say them, one item at a time."""

from fractions import Fraction
from math import comb


def mcnemar(before: list[bool], after: list[bool]) -> float:
    """McNemar (1947), exact: twice the smaller tail of a fair coin thrown once for each pair that changed."""
    gained = sum(1 for one, other in zip(before, after, strict=True) if other and not one)
    lost = sum(1 for one, other in zip(before, after, strict=True) if one and not other)
    n = gained + lost
    tail = sum((Fraction(comb(n, k), 2**n) for k in range(min(gained, lost) + 1)), Fraction(0))
    return float(min(Fraction(1), 2 * tail))


def holm(ps: list[float]) -> list[float]:
    """Holm (1979): the k-th smallest p times the number of hypotheses that are still in question."""
    corrected = [0.0] * len(ps)
    previous = 0.0
    for step, place in enumerate(sorted(range(len(ps)), key=lambda i: ps[i])):
        previous = max(previous, min(1.0, ps[place] * (len(ps) - step)))
        corrected[place] = previous
    return corrected


def auroc(scores: list[float], positive: list[bool]) -> float:
    """How many pairs of a positive and a negative are in the right order, ties counted half."""
    wins = total = 0.0
    for score, is_positive in zip(scores, positive, strict=True):
        for other, other_positive in zip(scores, positive, strict=True):
            if is_positive and not other_positive:
                total += 1
                wins += 1.0 if score > other else 0.5 if score == other else 0.0
    return wins / total
