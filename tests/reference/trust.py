"""Measures of faithfulness by plain loops, as the papers write them, one input at a time."""

import math
from itertools import pairwise

import numpy as np


def ordered(values, seed):
    """Places from the highest value down; ties by the draws of the item's seed."""
    ties = np.random.default_rng([seed, 0x71E]).random(len(values))
    return sorted(range(len(values)), key=lambda place: (-values[place], ties[place]))


def curves(probability, without, values, steps, seed):
    """Petsiuk et al. (2018), algorithm 1: probabilities as places leave, and as they come back."""
    places = ordered(values, seed)
    deletion, insertion = [], []
    for step in range(steps + 1):
        count = math.floor(len(places) * step / steps + 0.5)
        deletion.append(probability(without(set(places[:count]))))
        insertion.append(probability(without(set(places[count:]))))
    return deletion, insertion


def trapezoids(curve):
    total = 0.0
    for left, right in pairwise(curve):
        total += (left + right) / 2 / (len(curve) - 1)
    return total


def infidelity(score, without, values, sets):
    """Yeh et al. (2019), definition 2.1 with a set of places taken away, scaled by the best factor."""
    whole = score(without(set()))
    products, changes = [], []
    for chosen in sets:
        products.append(sum(values[place] for place in chosen))
        changes.append(whole - score(without(chosen)))
    upper = sum(p * c for p, c in zip(products, changes, strict=True))
    lower = sum(p * p for p in products)
    factor = upper / lower if lower else 0.0
    errors = sum((factor * p - c) ** 2 for p, c in zip(products, changes, strict=True))
    return errors / sum(c * c for c in changes)


def pearson(first, second):
    a, b = sum(first) / len(first), sum(second) / len(second)
    upper = sum((x - a) * (y - b) for x, y in zip(first, second, strict=True))
    return upper / math.sqrt(sum((x - a) ** 2 for x in first) * sum((y - b) ** 2 for y in second))


def sensitivity_n(score, without, values, sets_by_size):
    """Ancona et al. (2018), definition 1: the correlation for each n, and their mean."""
    whole, found = score(without(set())), []
    for sets in sets_by_size:
        sums = [sum(values[place] for place in chosen) for chosen in sets]
        found.append(pearson(sums, [whole - score(without(chosen)) for chosen in sets]))
    return sum(found) / len(found)


def gaps(probability, row, owners, rows, important):
    """OpenXAI (2022), equations 1 and 2, with the values of other rows in place of noise."""
    whole, found = probability(row), []
    for side in (True, False):
        moved = []
        for other in rows:
            changed = [other[n] if (owners[n] in important) == side else row[n] for n in range(len(owners))]
            moved.append(abs(whole - probability(changed)))
        found.append(sum(moved) / len(moved))
    return found
