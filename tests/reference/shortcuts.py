"""Slow re-implementations of what the search for shortcuts computes, line by line after the papers."""

import numpy as np


def permanova(rows, labels, values):
    """Return (partial R2, pseudo-F) of values after labels, from distances (Anderson 2001)."""
    n = len(rows)
    distances = np.array([[np.sqrt(((a - b) ** 2).sum()) for b in rows] for a in rows])
    centring = np.eye(n) - np.ones((n, n)) / n
    gower = centring @ (-0.5 * distances**2) @ centring
    first, both = _hat(labels), _hat(labels, values)
    explained = np.trace((both - first) @ gower)
    left = np.trace((np.eye(n) - both) @ gower)
    degrees = round(np.trace(both - first)), round(n - np.trace(both))
    return explained / (explained + left), explained / degrees[0] / (left / degrees[1])


def _hat(*factors):
    design = np.concatenate(
        [np.ones((len(factors[0]), 1)), *(np.eye(max(f) + 1)[f] for f in factors)], axis=1
    )
    return design @ np.linalg.pinv(design)


def sum_of_squares_by_distances(rows):
    """Return the sum of squares about the mean as Anderson (2001) computes it: squared distances over n."""
    n = len(rows)
    return sum(((rows[i] - rows[j]) ** 2).sum() for i in range(n) for j in range(i + 1, n)) / n


def stratified_auroc(scores, labels, values, of, fewest):
    """Return (over all pairs, over pairs with the same value), the first weighted to the labels of the second."""
    inside = {}
    for value in sorted(set(values)):
        ours = [s for s, label, v in zip(scores, labels, values, strict=True) if label == of and v == value]
        for other in sorted(set(labels) - {of}):
            theirs = [
                s for s, label, v in zip(scores, labels, values, strict=True) if label == other and v == value
            ]
            if min(len(ours), len(theirs)) >= fewest:
                won, pairs = inside.get(other, (0.0, 0))
                inside[other] = (won + wins(ours, theirs), pairs + len(ours) * len(theirs))
    total = sum(pairs for _, pairs in inside.values())
    overall = 0.0
    for other, (_, pairs) in inside.items():
        ours = [s for s, label in zip(scores, labels, strict=True) if label == of]
        theirs = [s for s, label in zip(scores, labels, strict=True) if label == other]
        overall += pairs / total * wins(ours, theirs) / (len(ours) * len(theirs))
    return overall, sum(won for won, _ in inside.values()) / total


def wins(ours, theirs):
    return sum(1.0 if a > b else 0.5 if a == b else 0.0 for a in ours for b in theirs)


def cramers_v(labels, values):
    """Return the bias-corrected V of Bergsma (2013)."""
    n, rows, columns = len(labels), sorted(set(labels)), sorted(set(values))
    chi2 = 0.0
    for row in rows:
        for column in columns:
            seen = sum(a == row and b == column for a, b in zip(labels, values, strict=True))
            expected = labels.count(row) * values.count(column) / n
            chi2 += (seen - expected) ** 2 / expected
    r, c = len(rows), len(columns)
    phi2 = max(0.0, chi2 / n - (r - 1) * (c - 1) / (n - 1))
    return np.sqrt(phi2 / min(r - (r - 1) ** 2 / (n - 1) - 1, c - (c - 1) ** 2 / (n - 1) - 1))
