"""Intervals that need no resampling: of shares, of areas under ROC curves, of sums and differences."""

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtr, ndtri, stdtrit

Ends = tuple[float, float]


def wilson(hits: int, n: int, confidence: float) -> Ends:
    """Return the score interval of a share of `n` >= 1 items, within [0, 1].

    Over shares of 0.5 to 0.99, a nominal 95 % interval covers between 90 % and 98 % for 93 % of shares at n = 12 and
    for all of them from n = 48; the exact interval (Clopper, Pearson 1934) does so for 36 % and 85 %, for it covers too
    often. Under 0.9 it covers only for shares above 0.98 of few items.

    References
    ----------
    E. B. Wilson: Probable inference, the law of succession, and statistical inference. JASA 22, 1927.
    L. D. Brown, T. T. Cai, A. DasGupta: Interval Estimation for a Binomial Proportion. Statistical Science 16, 2001.
    """
    z, share = float(ndtri((1 + confidence) / 2)), hits / n
    middle, scale = share + z * z / (2 * n), 1 + z * z / n
    reach = z * float(np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)))
    low, high = (middle - reach) / scale, (middle + reach) / scale
    return (0.0 if hits == 0 else low), (1.0 if hits == n else high)


def mean_of(values: Sequence[float], ends: Sequence[Ends]) -> Ends:
    """Return the interval of the mean of independent quantities from their values and intervals.

    References
    ----------
    G. Y. Zou, A. Donner: Construction of confidence limits about effect measures. Statistics in Medicine 27, 2008.
    """
    found, sides = np.array(values), np.array(ends)
    below = np.sqrt(((found - sides[:, 0]) ** 2).sum()) / len(found)
    above = np.sqrt(((sides[:, 1] - found) ** 2).sum()) / len(found)
    return float(found.mean() - below), float(found.mean() + above)


def difference_of(first: float, first_ends: Ends, second: float, second_ends: Ends) -> Ends:
    """Return the interval of first - second, two independent quantities, from their values and intervals.

    Of two shares with their score intervals this is Newcombe's tenth method, which has a width even where both are 1.

    References
    ----------
    R. G. Newcombe: Interval estimation for the difference between independent proportions. Statistics in Medicine 17,
    1998.
    G. Y. Zou, A. Donner: Construction of confidence limits about effect measures. Statistics in Medicine 27, 2008.
    """
    difference = first - second
    below = np.hypot(first - first_ends[0], second_ends[1] - second)
    above = np.hypot(first_ends[1] - first, second - second_ends[0])
    return float(difference - below), float(difference + above)


def logit_scale(value: float, reach: float) -> Ends:
    """Return the interval of `reach` to both sides, taken on the logit scale, so within (0, 1), as `value` must be."""
    middle, aside = np.log(value / (1 - value)), reach / (value * (1 - value))
    low, high = (1 / (1 + np.exp(-np.clip((middle - aside, middle + aside), -700, 700)))).tolist()
    return low, high


def separated(value: float, positives: int, negatives: int, confidence: float) -> Ends:
    """Return the interval of an area under the ROC curve that is 0 or 1, where no spread can be seen.

    All areas are in it of which the observed one is no further than the normal quantile times the standard error
    that exponential scores would give.

    References
    ----------
    R. G. Newcombe: Confidence intervals for an effect size measure based on the Mann-Whitney statistic. Part 2.
    Statistics in Medicine 25, 2006. Method 5.
    """
    z, few = float(ndtri((1 + confidence) / 2)), (positives + negatives) / 2 - 1
    inside, outside = 1.0, 0.5
    for _ in range(60):
        area = (inside + outside) / 2
        spread = area * (1 - area) * (1 + few * (1 - area) / (2 - area) + few * area / (1 + area))
        near = 1 - area <= z * np.sqrt(spread / (positives * negatives))
        inside, outside = (area, outside) if near else (inside, area)
    return (inside, 1.0) if value == 1.0 else (0.0, 1 - inside)


def expanded(n: int, confidence: float) -> float:
    """Return how many standard deviations of resamples reach the end of an interval: sqrt(n / (n - 1)) t_{n-1}.

    Resamples of few items spread too little, and normal quantiles are too near for an estimated spread.

    References
    ----------
    T. C. Hesterberg: What Teachers Should Know About the Bootstrap. The American Statistician 69, 2015.
    """
    return float(stdtrit(n - 1, (1 + confidence) / 2)) * float(np.sqrt(n / (n - 1)))


def shares_at(reach: float, bias: float = 0.0, acceleration: float = 0.0) -> Ends:
    """Return which shares of resamples bound an interval of `reach` standard deviations (BCa).

    References
    ----------
    B. Efron: Better Bootstrap Confidence Intervals. JASA 82, 1987.
    """
    ends = bias + np.array([-reach, reach])
    low, high = ndtr(bias + ends / np.maximum(1 - acceleration * ends, 0.05)).tolist()
    return low, high
