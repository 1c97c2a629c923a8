"""How much worse or better one group fares than the others, and whether chance alone would do as much."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom

from auditor.common.said import Said, say, some_of
from auditor.explain.bootstrap import Bootstrap, Floats, undefined
from auditor.explain.intervals import difference_of
from auditor.explain.measure import Measure
from auditor.explain.performance.answers import Answers, Chosen
from auditor.explain.performance.documents import Gap, MetricName
from auditor.explain.performance.groups import Column
from auditor.explain.performance.metrics import quick_metrics
from auditor.explain.performance.ranking import Auroc

_SAME = 1e-9
_FEW = 20  # regroupings as extreme that settle a p value
_LONGEST, _CELLS = 64, 4_000_000
_MOST_CELLS = 400_000_000  # items times regroupings in all gaps
_EXACT = say("all regroupings of items within labels, exactly")
_WHAT = say("the group's less the others'")
_HOW = (say("intervals of the two put together (Newcombe's method 10)"),)
Labels = NDArray[np.int64]
Tested = tuple[float, str]


@dataclass(frozen=True)
class _Kind:
    """A metric that is compared: its name and class, and for shares which items hit (items,) of which (items,)."""

    name: MetricName
    of: str | None
    hits: Chosen | None
    among: Chosen
    scores: Floats | None = None


def gaps(
    columns: Sequence[Column], answers: Answers, classes: Sequence[str], bootstrap: Bootstrap, minimum: int
) -> tuple[list[Gap], list[str]]:
    """Return the gaps of printed values against the items of other values of their columns, and what was left out.

    Of a column with two values only the first is compared: the second's gap is the same. A value is compared only where
    the other items are `minimum` at least, and by a metric only where it counts as many items on both sides: for areas
    under ROC curves as many of the class and of the others. p values are exact for shares: the hits of a group among
    items of one label follow a hypergeometric distribution when groups are shuffled within labels. Those of areas under
    ROC curves are counted over as many shuffles as there are resamples, and up to 64 times as many while fewer than 20
    are as extreme.
    Holm's correction is over all gaps.

    References
    ----------
    S. Holm: A Simple Sequentially Rejective Multiple Test Procedure. Scandinavian Journal of Statistics 6, 1979.
    P. Good: Permutation, Parametric and Bootstrap Tests of Hypotheses. 2005, chapter 3.
    J. Besag, P. Clifford: Sequential Monte Carlo p-values. Biometrika 78, 1991.
    """
    found: list[Gap] = []
    skipped: list[Said] = []
    left = _MOST_CELLS
    for column, value in _compared(columns, minimum):
        known = ~column.having(None)
        left -= int(known.sum()) * bootstrap.resamples
        if left < 0:
            skipped.append(say("%(column)s = %(value)s", column=column.name, value=value))
            continue
        chosen = column.having(value)[known]
        found += _of_value(column.name, value, chosen, answers.of(known), classes, bootstrap, minimum)
    adjusted = holm([gap.p for gap in found])
    made = [gap.model_copy(update={"adjusted": p}) for gap, p in zip(found, adjusted, strict=True)]
    return made, [_too_many(skipped)] if skipped else []


def holm(values: Sequence[float]) -> list[float]:
    """Return p values adjusted for their number by Holm's step-down method, each at most 1."""
    order = np.argsort(np.array(values), kind="stable")
    stepped = np.array(values)[order] * np.arange(len(values), 0, -1)
    adjusted = np.empty(len(values))
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    return [float(value) for value in adjusted]


def exact_p(chosen: Chosen, hits: Chosen, among: Chosen, labels: Labels) -> float:
    """Return the share of regroupings within labels whose difference of shares is at least as large as the one found.

    `chosen` (items,) is the group, `hits` and `among` (items,) the items that count and those that are counted. The
    number of hits in the group is a sum over labels of hypergeometric numbers; its distribution is their convolution.
    """
    n, total = int((chosen & among).sum()), int(among.sum())
    chances = np.ones(1)
    for label in np.unique(labels[among]):
        one = among & (labels == label)
        size, all_hits, drawn = int(one.sum()), int((one & hits).sum()), int((one & chosen).sum())
        chances = np.convolve(chances, hypergeom.pmf(np.arange(drawn + 1), size, all_hits, drawn))
    every = int((among & hits).sum())
    inside = np.arange(len(chances))
    apart = np.abs(inside / n - (every - inside) / (total - n))
    seen = int((chosen & among & hits).sum())
    return float(min(1.0, chances[apart >= apart[seen] - _SAME].sum()))


def _compared(columns: Sequence[Column], minimum: int) -> Iterator[tuple[Column, str]]:
    for column in columns:
        known = sum(value is not None for value in column.values)
        values = column.shown[:1] if len(column.found) == 2 else column.shown
        for value in values:
            if known - int(column.having(value).sum()) >= minimum:
                yield column, value


def _of_value(
    column: str,
    value: str,
    chosen: Chosen,
    answers: Answers,
    classes: Sequence[str],
    bootstrap: Bootstrap,
    minimum: int,
) -> Iterator[Gap]:
    sides = [
        {(one.name, one.of): one.measure for one in quick_metrics(answers.of(side), classes, bootstrap)}
        for side in (chosen, ~chosen)
    ]
    for kind in _kinds(answers, classes):
        inside, outside = (side[kind.name, kind.of] for side in sides)
        if inside.value is None or outside.value is None or _fewest(kind, chosen) < minimum:
            continue
        p, test = _tested(kind, chosen, answers.labels, bootstrap)
        yield Gap(
            column=column,
            value=value,
            name=kind.name,
            of=kind.of,
            difference=_difference(inside, outside, bootstrap),
            n=inside.n,
            others=outside.n,
            p=p,
            adjusted=p,
            test=test,
        )


def _fewest(kind: _Kind, chosen: Chosen) -> int:
    """Return how many items a metric rests on at least, on either side."""
    counted = (kind.among,) if kind.hits is not None else (kind.among, ~kind.among)
    return min(int((which & side).sum()) for which in counted for side in (chosen, ~chosen))


def _kinds(answers: Answers, classes: Sequence[str]) -> Iterator[_Kind]:
    every = np.ones_like(answers.right)
    yield _Kind("accuracy", None, answers.right, every)
    for index in [1] if len(classes) == 2 else range(len(classes)):
        is_label, said, label = answers.labels == index, answers.decided == index, classes[index]
        yield _Kind("sensitivity", label, said, is_label)
        yield _Kind("specificity", label, ~said, ~is_label)
        yield _Kind("auroc", label, None, is_label, answers.scores[:, index])


def _difference(inside: Measure, outside: Measure, bootstrap: Bootstrap) -> Measure:
    first, second, n = inside.value or 0.0, outside.value or 0.0, inside.n + outside.n
    if None in (inside.low, inside.high, outside.low, outside.high):
        return undefined(first - second, n, _WHAT, say("one of the two has no interval"))
    ends = ((one.low or 0.0, one.high or 0.0) for one in (inside, outside))
    return bootstrap.within(
        first - second, difference_of(first, next(ends), second, next(ends)), n, _WHAT, _HOW, drawn=False
    )


def _tested(kind: _Kind, chosen: Chosen, labels: Labels, bootstrap: Bootstrap) -> Tested:
    if kind.hits is not None:
        return exact_p(chosen, kind.hits, kind.among, labels), _EXACT
    area = Auroc(kind.among, kind.scores if kind.scores is not None else np.empty(0))
    here = chosen[None].astype(np.float64)
    seen = float(np.abs(area(here) - area(1 - here))[0])
    rng, extreme, drawn = np.random.default_rng(bootstrap.seed), 0, 0
    rows = max(1, _CELLS // len(chosen))
    while drawn < bootstrap.resamples or (extreme < _FEW and drawn < _LONGEST * bootstrap.resamples):
        if drawn >= bootstrap.resamples and drawn * len(chosen) > 2 * _CELLS:
            break
        counts = shuffled(chosen, labels, min(rows, bootstrap.resamples), rng)
        extreme += int((np.abs(area(counts) - area(1 - counts)) >= seen - _SAME).sum())
        drawn += len(counts)
    return (1 + extreme) / (1 + drawn), say(
        "%(drawn)s regroupings of items within labels, drawn by seed %(seed)s",
        drawn=drawn,
        seed=bootstrap.seed,
    )


def shuffled(chosen: Chosen, labels: Labels, rows: int, rng: np.random.Generator) -> Floats:
    """Return `rows` regroupings (rows, items), 1 where an item is in the group: as many of each label as before."""
    made = np.repeat(chosen[None].astype(np.float64), rows, axis=0)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        made[:, members] = rng.permuted(made[:, members], axis=1)
    return made


def _too_many(skipped: list[Said]) -> str:
    return say(
        "The gaps of %(named)s were not tested: the set is too large for as many regroupings as the plan asks.",
        named=some_of(skipped, 6),
    )
