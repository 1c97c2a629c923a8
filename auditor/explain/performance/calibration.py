"""Do probabilities keep what they promise: Brier score, reliability curve and calibration error."""

from collections.abc import Callable, Sequence

import numpy as np

from auditor.common.said import count, say
from auditor.explain.bootstrap import Bootstrap, Floats, undefined
from auditor.explain.measure import Measure
from auditor.explain.performance.answers import Answers, Chosen
from auditor.explain.performance.documents import Bin, Calibration

_BINS = 10
_STEPS = 24
_ECE_SECOND = say(
    "mean over bins of as many items of |observed share - mean probability of the second class|, too large by chance "
    "alone and corrected for it"
)
_ECE_DECIDED = say(
    "mean over bins of as many items of |observed share - mean probability of the decided class|, too large by chance "
    "alone and corrected for it"
)


def brier(answers: Answers, bootstrap: Bootstrap) -> Measure:
    """Return the mean squared difference between probability and label; for two classes that of the second one.

    References
    ----------
    G. W. Brier: Verification of forecasts expressed in terms of probability. Monthly Weather Review 78, 1950; halved
    for two classes.
    """
    squared = (answers.scores - np.eye(answers.scores.shape[1])[answers.labels]) ** 2
    two = squared.shape[1] == 2
    values = squared[:, 1] if two else squared.sum(axis=1)
    how = (
        say("mean squared difference between probability and label, second class")
        if two
        else say("mean squared difference between probability and label, all classes, summed")
    )
    return bootstrap.means(values[:, None], [how], [False])[0]


def promised(answers: Answers) -> tuple[Floats, Floats]:
    """Return the probabilities (items,) that are held against what happened (items,), 1 or 0.

    For two classes those of the second, for more those of the decided class.
    """
    if answers.scores.shape[1] == 2:
        return answers.scores[:, 1], (answers.labels == 1).astype(np.float64)
    decided = answers.scores[np.arange(len(answers.decided)), answers.decided]
    return decided, answers.right.astype(np.float64)


def bins(probabilities: Floats, minimum: int) -> list[Chosen]:
    """Return which items (items,) each bin holds: up to ten of as many items as can be, none under `minimum`.

    Items of equal probability stay together; a bin that would be too small joins the one before it, the first the next.
    """
    n = len(probabilities)
    ordered = np.sort(probabilities)
    count = max(1, min(_BINS, n // minimum))
    edges = ordered[[round(n * k / count) for k in range(1, count)]] if count > 1 else ordered[:0]
    place = np.searchsorted(np.unique(edges), probabilities, side="right")
    found: list[Chosen] = []
    for index in np.unique(place):
        members = place == index
        if found and (members.sum() < minimum or found[-1].sum() < minimum):
            found[-1] |= members
        else:
            found.append(members)
    return found


def calibration(
    answers: Answers, classes: Sequence[str], bootstrap: Bootstrap, minimum: int
) -> Calibration | None:
    """Return the reliability curve; None where fewer items than `minimum` were answered."""
    given, came = promised(answers)
    if len(given) < minimum:
        return None
    of = classes[1] if len(classes) == 2 else None
    how = (
        say("share of the items labelled %(label)s", label=of)
        if of
        else say("share of decisions that agree with the label")
    )
    held = bins(given, minimum)
    return Calibration(
        of=of,
        bins=tuple(
            Bin(
                low=float(given[members].min()),
                high=float(given[members].max()),
                predicted=float(given[members].mean()),
                observed=bootstrap.share(int(came[members].sum()), int(members.sum()), how),
            )
            for members in held
        ),
        plain=_plain(*_deviations(given, came, held)[:2]),
    )


def calibration_error(answers: Answers, bootstrap: Bootstrap, minimum: int) -> Measure:
    """Return the expected calibration error over bins of as many items, corrected for chance, with its interval.

    The plain error is positive even where every probability is right. Here the deviations d of the bins are scaled to
    t * d, and normal errors of the bins' standard errors added, as often as there are resamples: the error is that of
    the t under which the plain one is the median of the draws, and the interval that of the t under which it lies
    within the central ones, 0 where even t = 0 gives more. For more than two classes it speaks of the decided class.

    References
    ----------
    M. P. Naeini, G. Cooper, M. Hauskrecht: Obtaining Well Calibrated Probabilities Using Bayesian Binning. AAAI 2015.
    J. Broecker, L. A. Smith: Increasing the Reliability of Reliability Diagrams. Weather and Forecasting 22, 2007.
    """
    given, came = promised(answers)
    held = bins(given, minimum)
    what = _ECE_SECOND if answers.scores.shape[1] == 2 else _ECE_DECIDED
    how = (
        count("%(n)s bin", "%(n)s bins", len(held)),
        say("interval by test inversion, %(draws)s draws", draws=bootstrap.resamples),
    )
    weights, apart, errors = _deviations(given, came, held)
    if len(given) < minimum:
        why = say("fewer than %(minimum)s items: a bin needs as many", minimum=minimum)
        return undefined(None, len(given), what, why, how)
    plain = _plain(weights, apart)
    noise = np.random.default_rng(bootstrap.seed).standard_normal((bootstrap.resamples, len(held))) * errors

    def drawn(scale: float, share: float) -> float:
        rank = round(share * (len(noise) - 1))
        return float(np.partition(np.abs(scale * apart + noise) @ weights, rank)[rank])

    tail = (1 - bootstrap.confidence) / 2
    low, value, high = (plain * _scale(drawn, plain, share) for share in (1 - tail, 0.5, tail))
    return bootstrap.within(value, (low, high), len(given), what, how)


def _deviations(given: Floats, came: Floats, held: list[Chosen]) -> tuple[Floats, Floats, Floats]:
    """Return the weight of each bin, observed less predicted, and the standard error of that, each (bins,)."""
    sizes = np.array([members.sum() for members in held], dtype=np.float64)
    apart = np.array([(came[members] - given[members]).mean() for members in held])
    spread = np.array([(came[members] - given[members]).var() for members in held])
    floor = np.array([(given[members] * (1 - given[members])).mean() for members in held])
    return sizes / sizes.sum(), apart, np.sqrt(np.maximum(spread, floor) / np.maximum(sizes - 1, 1))


def _plain(weights: Floats, apart: Floats) -> float:
    return float(np.abs(apart) @ weights)


def _scale(drawn: Callable[[float, float], float], plain: float, share: float) -> float:
    """Return the scale of the deviations under which the plain error is this quantile of the draws; 0 where none is."""
    if drawn(0.0, share) >= plain:
        return 0.0
    inside, outside = 0.0, 2.0
    while drawn(outside, share) < plain:
        outside *= 2
    for _ in range(_STEPS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if drawn(middle, share) < plain else (inside, middle)
    return (inside + outside) / 2
