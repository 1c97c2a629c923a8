"""Does the model still tell the labels apart where a column cannot help it? Performance within one value."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.common.said import Said, say
from auditor.explain.bootstrap import Bootstrap, Floats
from auditor.explain.shortcuts.documents import Within
from auditor.explain.shortcuts.patterns import Patterns, Words
from auditor.explain.shortcuts.permanova import permuted

FEWEST = 5  # items of a label that a comparison within a value needs
_PAIRS = (
    say(
        "area under the ROC curve of the probability of %(label)s, over pairs of items of any value, weighted to the "
        "labels that pairs with the same value compare, ties counted half"
    ),
    say(
        "area under the ROC curve of the probability of %(label)s, over pairs of items with the same value of the "
        "column, ties counted half"
    ),
    say(
        "difference of the areas under the ROC curve of the probability of %(label)s, over pairs of items of any "
        "value and over pairs with the same value of the column, ties counted half"
    ),
)
_RECALL = (
    say("mean over the labels of which the value has enough items of the share decided right, all items"),
    say("mean over the labels of which the value has enough items of the share decided right"),
    say(
        "difference of the means over the labels of which the value has enough items of the share decided right, "
        "over all items and over those with the value"
    ),
)
_PAIRED = (say("items resampled within each label and value, both numbers on the same resamples"),)
Statistic = Callable[[Floats], Floats]


def within(seen: Patterns, column: str) -> tuple[Within, ...]:
    """Return performance within the values of a column that are large enough, against that over all their items.

    First the area under the ROC curve by class (the last one alone where there are two), then the balanced accuracy by
    value. Only labels with at least `FEWEST` items of a value are compared within it.
    """
    kept = np.isin(seen.groups[column], seen.large(seen.groups[column]))
    answers = _Answers(
        labels=seen.labels[kept],
        values=seen.groups[column][kept],
        right=(seen.decided == seen.labels)[kept].astype(np.float64),
        scores=seen.scores[kept],
    )
    named = list(enumerate(seen.classes))
    asked = named[1:] if len(named) == 2 else named
    return (
        *(one for index, name in asked for one in answers.auroc(index, name, seen.bootstrap)),
        *answers.balanced(seen.bootstrap),
    )


@dataclass(frozen=True)
class _Answers:
    """Labels, values and whether the decision was right, (items,); probabilities (items, classes)."""

    labels: Words
    values: Words
    right: Floats
    scores: Floats

    def auroc(self, index: int, name: str, bootstrap: Bootstrap) -> Iterator[Within]:
        """Yield the comparison of pairs, if any value has enough items of the class and another label."""
        strata = [
            (self._of(name, value), self._of(other, value), other)
            for value in np.unique(self.values)
            for other in np.unique(self.labels)
            if other != name and min(self._n(name, value), self._n(other, value)) >= FEWEST
        ]
        if not strata:
            return
        scores = self.scores[:, index]
        pairs = [(Concordant(ours, theirs, scores), ours.sum() * theirs.sum()) for ours, theirs, _ in strata]
        total = float(sum(weight for _, weight in pairs))
        weights: dict[str, float] = {}
        for (_, _, other), (_, weight) in zip(strata, pairs, strict=True):
            weights[other] = weights.get(other, 0.0) + float(weight)
        every = [
            (Concordant(self.labels == name, self.labels == other, scores), weight / self._pairs(name, other))
            for other, weight in weights.items()
        ]

        def statistic(counts: Floats) -> Floats:
            overall = sum(pair(counts) * factor for pair, factor in every) / total
            inside = sum(pair(counts) for pair, _ in pairs) / total
            return np.stack([overall, inside, overall - inside], axis=1)

        used = np.any([ours | theirs for ours, theirs, _ in strata], axis=0)
        what = [Said(one.template, {"label": name}) for one in _PAIRS]
        found = self._compared("auroc", name, None, statistic, used, what, bootstrap)
        yield found.model_copy(update={"p_value": self._p_value(strata, name, scores, bootstrap)})

    def _p_value(
        self,
        strata: Sequence[tuple[NDArray[np.bool_], NDArray[np.bool_], str]],
        name: str,
        scores: Floats,
        bootstrap: Bootstrap,
    ) -> float:
        """Return the share of permutations of the values within labels, the data among them, that drop as far.

        They keep how many items of each label have a value, and so the weights and the number over all pairs; what
        changes is which pairs are alike.
        """
        named, levels = np.unique(self.values, return_inverse=True)
        labels = np.unique(self.labels, return_inverse=True)[1]
        asked = [
            (Concordant(self.labels == name, self.labels == other, scores), level)
            for level, value in enumerate(named)
            for ours, _, other in strata
            if (self.values[ours] == value).any()
        ]

        def alike(values: NDArray[np.int64]) -> Floats:
            return np.asarray(sum(pair((values == level).astype(np.float64)) for pair, level in asked))

        most = float(alike(levels[None])[0]) * (1 + 1e-12)
        moved = permuted(levels, labels, bootstrap.resamples - 1, bootstrap.seed)
        return (1 + sum(int((alike(some) <= most).sum()) for some in moved)) / bootstrap.resamples

    def balanced(self, bootstrap: Bootstrap) -> Iterator[Within]:
        """Yield the comparison of balanced accuracies for every value with enough items of two labels."""
        for value in np.unique(self.values):
            labels = [name for name in np.unique(self.labels) if self._n(name, value) >= FEWEST]
            if len(labels) > 1:
                everywhere = [self.labels == name for name in labels]
                here = [self._of(name, value) for name in labels]

                def statistic(
                    counts: Floats,
                    everywhere: Sequence[NDArray[np.bool_]] = everywhere,
                    here: Sequence[NDArray[np.bool_]] = here,
                ) -> Floats:
                    overall, inside = self._recall(counts, everywhere), self._recall(counts, here)
                    return np.stack([overall, inside, overall - inside], axis=1)

                used = np.any(here, axis=0)
                yield self._compared(
                    "balanced_accuracy", None, str(value), statistic, used, _RECALL, bootstrap
                )

    def _compared(
        self,
        name: str,
        of: str | None,
        value: str | None,
        statistic: Statistic,
        used: NDArray[np.bool_],
        what: Sequence[str],
        bootstrap: Bootstrap,
    ) -> Within:
        _, strata = np.unique(np.stack([self.labels, self.values]), axis=1, return_inverse=True)
        values = statistic(np.ones((1, len(self.labels))))[0]
        replicates = bootstrap.replicates(statistic, strata.ravel())
        counts = (len(self.labels), int(used.sum()), int(used.sum()))
        overall, inside, drop = (
            bootstrap.measure(float(values[k]), replicates[:, k], counts[k], what[k], how=_PAIRED)
            for k in range(3)
        )
        return Within.model_validate(
            {"name": name, "of": of, "value": value, "overall": overall, "within": inside, "drop": drop}
        )

    def _recall(self, counts: Floats, parts: Sequence[NDArray[np.bool_]]) -> Floats:
        shares = [counts[:, part] @ self.right[part] / counts[:, part].sum(axis=1) for part in parts]
        return np.asarray(np.mean(shares, axis=0))

    def _of(self, label: str, value: str) -> NDArray[np.bool_]:
        return np.asarray((self.labels == label) & (self.values == value))

    def _n(self, label: str, value: str) -> int:
        return int(self._of(label, value).sum())

    def _pairs(self, one: str, other: str) -> float:
        return float((self.labels == one).sum() * (self.labels == other).sum())


class Concordant:
    """How many pairs of (ours, theirs) score ours higher, ties counted half, by one sort for all resamples."""

    def __init__(self, ours: NDArray[np.bool_], theirs: NDArray[np.bool_], scores: Floats) -> None:
        members = np.flatnonzero(ours | theirs)
        self.order = members[np.argsort(scores[members], kind="stable")]
        self.ours = ours[self.order].astype(np.float64)
        _, self.starts = np.unique(scores[self.order], return_index=True)

    def __call__(self, counts: Floats) -> Floats:
        """Return the number of concordant pairs of resamples (rows, items), (rows,)."""
        ordered = counts[:, self.order]
        ours = np.add.reduceat(ordered * self.ours, self.starts, axis=1)  # (rows, distinct scores)
        theirs = np.add.reduceat(ordered * (1 - self.ours), self.starts, axis=1)
        result: Floats = (ours * (np.cumsum(theirs, axis=1) - theirs / 2)).sum(axis=1)
        return result
