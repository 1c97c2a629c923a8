"""Records of a made-up model whose maps and scores follow the label, or a column that goes along with it."""

import numpy as np

from auditor.explain.evidence import ItemRecord
from auditor.explain.shortcuts.patterns import Patterns
from auditor.explain.spec import ItemEntry
from tests.explain import toys

GRID = 4
PLAN = toys.plan(resamples=200, minimum_group=8, grid=GRID)


def records(labels, groups, scores):
    """One record an item: `scores` are the probability of the second class."""
    return [
        ItemRecord(
            index=index,
            entry=ItemEntry(
                id=f"item-{index}",
                label=toys.CLASSES[label],
                groups={name: str(values[index]) for name, values in groups.items()},
                content="0" * 64,
                mask=None,
            ),
            scores=(1 - score, score),
            predicted=toys.CLASSES[int(score > 0.5)],
            target=toys.CLASSES[int(score > 0.5)],
            maps={},
            effects=None,
            features={},
        )
        for index, (label, score) in enumerate(zip(labels, scores, strict=True))
    ]


def maps(rng, places, strength=16.0, noise=0.5):
    """Absolute maps (items, GRID, GRID) with the sum 1, each with more mass at its own place."""
    made = rng.exponential(noise, (len(places), GRID * GRID))
    made[np.arange(len(places)), places] += strength
    return (made / made.sum(axis=1, keepdims=True)).reshape(-1, GRID, GRID)


def seen(seed, *, follows, agreement=0.8, count=96):
    """Items whose `site` agrees with the label as often as said, and a model that follows one of the two.

    The relevant region is the middle of the image; whoever follows the site looks at a corner for site B.
    """
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    site = np.where(rng.random(count) < agreement, labels, 1 - labels)
    followed = {"label": labels, "site": site}[follows]
    scores = np.clip(0.5 + 0.25 * (2 * followed - 1) + rng.normal(0, 0.15, count), 0.01, 0.99)
    middle = rng.choice([5, 6, 9, 10], count)
    places = np.where((site == 1) & (follows == "site"), 3, middle)
    groups = {"site": np.array(["A", "B"])[site], "sex": np.array(["F", "M"])[rng.integers(2, size=count)]}
    found = maps(rng, places)
    relevant = np.zeros((count, GRID, GRID))
    relevant[:, 1:3, 1:3] = 1
    return Patterns(
        records(labels, groups, scores), PLAN, toys.CLASSES, {"lime": found}, {"lime": found}, relevant
    )
