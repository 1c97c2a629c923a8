"""Rank correlation, localisation and max-sensitivity again, slowly, as their papers write them."""

import numpy as np


def ranks(values) -> list[float]:
    """Each value's place in order from 1, the mean of their places for equal ones."""
    return [sum(w < v for w in values) + (1 + sum(w == v for w in values)) / 2 for v in values]


def spearman(first, second) -> float | None:
    """Pearson's correlation of the ranks, None where one of them does not vary."""
    a, b = ranks(first), ranks(second)
    mean = (len(a) + 1) / 2
    top = sum((x - mean) * (y - mean) for x, y in zip(a, b, strict=True))
    below = sum((x - mean) ** 2 for x in a) * sum((y - mean) ** 2 for y in b)
    return top / below**0.5 if below else None


def mass(values, mask) -> float:
    """Arras et al. 2022, equation 2, on positive values."""
    pairs = [(max(float(v), 0.0), bool(m)) for v, m in zip(values.flat, mask.flat, strict=True)]
    return sum(v for v, m in pairs if m) / sum(v for v, _ in pairs)


def rank(values, mask, rng: np.random.Generator) -> float:
    """Arras et al. 2022, equation 3: the places sorted, equal ones in a random order."""
    places = sorted(np.ndindex(values.shape), key=lambda place: (-values[place], rng.random()))
    size = int(mask.sum())
    return sum(bool(mask[place]) for place in places[:size]) / size


def hit(values, mask, rng: np.random.Generator) -> bool:
    """Zhang et al. 2016, section 4.2: the highest place, of equal ones a random one."""
    return bool(mask[max(np.ndindex(values.shape), key=lambda place: (values[place], rng.random()))])
