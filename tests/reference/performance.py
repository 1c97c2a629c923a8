"""Slow re-implementations for performance, that follow the papers item by item."""

from itertools import combinations, pairwise, product

import numpy as np


def delong_error(positive, scores):
    """The standard error of the area under the ROC curve (DeLong et al. 1988), from all pairs."""
    above = [[1.0 if p > q else 0.5 if p == q else 0.0 for q in scores[~positive]] for p in scores[positive]]
    table = np.array(above)
    return np.sqrt(
        table.mean(axis=1).var(ddof=1) / table.shape[0] + table.mean(axis=0).var(ddof=1) / table.shape[1]
    )


def reliability(given, came, count, minimum):
    """Bins (n, mean probability, observed share): cut the sorted list, move cuts before ties, then merge."""
    order = sorted(range(len(given)), key=lambda i: given[i])
    cuts = {0, len(given)}
    for k in range(1, count):
        cut = round(len(given) * k / count)
        while cut > 0 and given[order[cut - 1]] == given[order[cut]]:
            cut -= 1
        cuts.add(cut)
    edges = sorted(cuts)
    groups = [order[a:b] for a, b in pairwise(edges)]
    merged = [groups[0]]
    for group in groups[1:]:
        if len(group) < minimum or len(merged[-1]) < minimum:
            merged[-1] = merged[-1] + group
        else:
            merged.append(group)
    return [(len(g), np.mean([given[i] for i in g]), np.mean([came[i] for i in g])) for g in merged]


def regroupings(chosen, labels):
    """Every way to choose as many items of each label as are chosen, as sets of positions."""
    by_label = []
    for label in sorted(set(labels)):
        members = [i for i in range(len(labels)) if labels[i] == label]
        by_label.append(list(combinations(members, sum(bool(chosen[i]) for i in members))))
    return [set().union(*parts) for parts in product(*by_label)]


def permutation_p(chosen, labels, statistic):
    """The share of all regroupings whose statistic, a function of two sets of positions, is as far from 0."""
    everything = set(range(len(labels)))
    own = {i for i in everything if chosen[i]}
    seen = abs(statistic(own, everything - own))
    ways = regroupings(chosen, labels)
    return sum(abs(statistic(way, everything - way)) >= seen - 1e-9 for way in ways) / len(ways)


def holm(values):
    """Adjusted p values (Holm 1979): multiply the smallest by m, the next by m - 1, and never let them fall."""
    adjusted, largest = [0.0] * len(values), 0.0
    for step, index in enumerate(sorted(range(len(values)), key=lambda i: values[i])):
        largest = max(largest, min(1.0, (len(values) - step) * values[index]))
        adjusted[index] = largest
    return adjusted
