"""Robustness over a set: how far performance, decisions and explanations bear graded changes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.common.said import Said, say
from auditor.explain.bootstrap import Bootstrap, Floats, Statistic, ratio, undefined
from auditor.explain.evidence import ItemRecord
from auditor.explain.measure import Measure
from auditor.explain.plan import Plan
from auditor.explain.robustness.catalog import Kind, kinds, planned
from auditor.explain.robustness.documents import ChangeEffect, Level, Robustness
from auditor.explain.robustness.settings import ChangePlan
from auditor.explain.spec import ModelSpec

_MOST_PAIRED = 1000
_RIGHT = say("share of items decided as labelled")
_BALANCED = say("mean over the labels present of the share decided right")
_AUROC = say("area under the ROC curve of the probability of %(label)s, ties counted half")
_FALL = say("share of items decided right before less the share after, on the same items")
_CHANGED = say("share of items with another decision")
_FLIPPED = say("share of items with another decision at this or a lower dose")
_MOVED = say("mean absolute change of the probability of the class decided for before")
_FLIP = say("lowest measured dose by which half of the decisions are other ones")
_ANY = say("share of items with another decision at any harmless dose of any change")
_ALIKE = say(
    "mean rank correlation of the map with the map before the change, over items whose decision stayed"
)
_WITHIN = (say("items resampled within each label"),)
_NO_ITEMS = say("The plan asks for no item to be changed.")
_NO_CHANGES = say("No change of the plan can be carried out on what this model takes.")


@dataclass(frozen=True)
class _Answers:
    """Answers on the same items, once as they are and once changed.

    `labels` and `before` are positions among the classes (items,), `scores` probabilities (items, classes).
    """

    labels: NDArray[np.int64]
    before: NDArray[np.int64]
    scores: Floats

    @property
    def decided(self) -> NDArray[np.int64]:
        return np.asarray(self.scores.argmax(axis=1))

    @property
    def right(self) -> Floats:
        return np.asarray(self.decided == self.labels, dtype=np.float64)


def robustness(records: Sequence[ItemRecord], spec: ModelSpec, plan: Plan) -> Robustness:
    """Return what the changes did to the items that were changed.

    Intervals are of items drawn anew, each with what it was before: performance within each label, as everywhere in
    the evidence, all else over all items.
    """
    if not plan.robustness.items:
        return Robustness(reason=_NO_ITEMS)
    own = plan.robustness.changes
    changes = planned(spec.input.kind) if own is None else own
    tested = [record for record in records if record.changes]
    found = [change for change in changes if any(change.name in record.changes for record in tested)]
    if not found:
        return Robustness(reason=_NO_CHANGES)
    known, classes, bootstrap = kinds(spec.input.kind), spec.output.classes, Bootstrap.of(plan)
    plain = _answers(tested, [record.scores for record in tested], classes)
    first = _performance(plain, classes)
    measured = _measured(first, plain.labels, bootstrap, _WITHIN)
    return Robustness(
        items=len(tested),
        accuracy=measured["accuracy"],
        balanced_accuracy=measured["balanced_accuracy"],
        auroc=measured.get("auroc"),
        changes=tuple(_effect(known[change.name], change, tested, classes, bootstrap) for change in found),
        harmless=_any(tested, found, bootstrap),
    )


def _effect(
    kind: Kind,
    change: ChangePlan,
    tested: Sequence[ItemRecord],
    classes: Sequence[str],
    bootstrap: Bootstrap,
) -> ChangeEffect:
    records = [record for record in tested if change.name in record.changes]
    flips = np.array([record.changes[change.name].flip or np.inf for record in records])
    return ChangeEffect(
        name=kind.name,
        title=kind.title,
        unit=kind.unit,
        harmless=change.harmless,
        because=kind.because,
        levels=tuple(_levels(change, records, flips, classes, bootstrap)),
        flip=_median(change, flips, bootstrap),
        similarity=_similarity(change, records, bootstrap),
    )


def _levels(
    change: ChangePlan,
    records: Sequence[ItemRecord],
    flips: Floats,
    classes: Sequence[str],
    bootstrap: Bootstrap,
) -> Iterator[Level]:
    plain = _answers(records, [record.scores for record in records], classes)
    for level, dose in enumerate(change.doses):
        scores = [record.changes[change.name].scores[level] for record in records]
        changed = _answers(records, scores, classes)
        decided = np.arange(len(records)), plain.before
        paired = {
            "fall": _Part(_mean(plain.right - changed.right), _FALL),
            "changed": _Part(_mean(changed.decided != changed.before), _CHANGED, share=True),
            "flipped": _Part(_mean(flips <= level + 1), _FLIPPED, share=True),
            "moved": _Part(_mean(np.abs(changed.scores[decided] - plain.scores[decided])), _MOVED),
        }
        yield Level(
            dose=dose,
            **_measured(_performance(changed, classes), plain.labels, bootstrap, _WITHIN),
            **_measured(paired, np.zeros_like(plain.labels), bootstrap),
        )


@dataclass(frozen=True)
class _Part:
    """One number as a function of counts (rows, items) to values (rows,), and what it is."""

    of: Statistic
    what: str
    share: bool = False


def _measured(
    parts: dict[str, _Part], strata: NDArray[np.int64], bootstrap: Bootstrap, how: Sequence[str] = ()
) -> dict[str, Measure]:
    """Return each number with its interval, all of them from the same resamples."""

    def statistic(counts: Floats) -> Floats:
        return np.stack([part.of(counts) for part in parts.values()], axis=1)

    values, replicates = statistic(np.ones((1, len(strata))))[0], bootstrap.replicates(statistic, strata).T
    return {
        name: bootstrap.measure(float(value), own, len(strata), part.what, how=how, share=part.share)
        for (name, part), value, own in zip(parts.items(), values, replicates, strict=True)
    }


def _performance(answers: _Answers, classes: Sequence[str]) -> dict[str, _Part]:
    """Return accuracy, balanced accuracy and, for two classes that both occur, the area under the ROC curve."""
    right, kinds_ = answers.right, [answers.labels == label for label in np.unique(answers.labels)]
    whole = [kind.astype(np.float64) for kind in kinds_]

    def balanced(counts: Floats) -> Floats:
        shares = [ratio(counts @ (right * kind), counts @ kind) for kind in whole]
        return np.asarray(np.mean(shares, axis=0))

    found = {
        "accuracy": _Part(_mean(right), _RIGHT, share=True),
        "balanced_accuracy": _Part(balanced, _BALANCED),
    }
    if len(classes) == 2 and len(kinds_) == 2 and len(right) <= _MOST_PAIRED:
        found["auroc"] = _Part(
            _auroc(kinds_[1], answers.scores[:, 1]), Said(_AUROC.template, {"label": classes[1]})
        )
    return found


def _mean(values: NDArray[np.bool_] | Floats) -> Statistic:
    return lambda counts: np.asarray(counts @ values.astype(np.float64) / counts.sum(axis=1))


def _auroc(positive: NDArray[np.bool_], scores: Floats) -> Statistic:
    """Return the share of pairs in which the positive scores higher, pair by pair."""
    above = np.sign(scores[positive][:, None] - scores[~positive]) / 2 + 0.5

    def statistic(counts: Floats) -> Floats:
        ours, others = counts[:, positive], counts[:, ~positive]
        return ratio(((ours @ above) * others).sum(axis=1), ours.sum(axis=1) * others.sum(axis=1))

    return statistic


def _median(change: ChangePlan, flips: Floats, bootstrap: Bootstrap) -> Measure:
    """Return the first dose by which at least half of the decisions are other ones."""
    doses = np.array([*change.doses, np.inf])
    by_level = (flips[:, None] <= np.arange(1, len(change.doses) + 1)).astype(np.float64)  # (items, levels)

    def statistic(counts: Floats) -> Floats:
        half = (counts @ by_level) * 2 >= counts.sum(axis=1, keepdims=True)
        return doses[np.where(half.any(axis=1), half.argmax(axis=1), len(change.doses))][:, None]

    value = float(statistic(np.ones((1, len(flips))))[0, 0])
    if not np.isfinite(value):
        return undefined(None, len(flips), _FLIP, say("fewer than half of the decisions changed at any dose"))
    replicates = bootstrap.replicates(statistic, np.zeros(len(flips), dtype=np.int64))
    if not np.isfinite(replicates).all():
        return undefined(
            value, len(flips), _FLIP, say("in some resamples fewer than half of the decisions changed")
        )
    return bootstrap.measure(value, replicates, len(flips), _FLIP)


def _similarity(
    change: ChangePlan, records: Sequence[ItemRecord], bootstrap: Bootstrap
) -> dict[str, Measure]:
    found: dict[str, list[float]] = {}
    for record in records:
        own = record.changes[change.name]
        if np.argmax(own.scores[change.harmless - 1]) == np.argmax(record.scores):
            for method, value in own.similarity.items():
                found.setdefault(method, []).append(value)
    return {
        method: bootstrap.means(np.array(values)[:, None], [_ALIKE], [False])[0]
        for method, values in found.items()
    }


def _any(tested: Sequence[ItemRecord], changes: Sequence[ChangePlan], bootstrap: Bootstrap) -> Measure:
    limits = {change.name: change.harmless for change in changes}
    altered = [
        any(one.flip is not None and one.flip <= limits[name] for name, one in record.changes.items())
        for record in tested
    ]
    return bootstrap.share(sum(altered), len(altered), _ANY)


def _answers(
    records: Sequence[ItemRecord], scores: Sequence[Sequence[float]], classes: Sequence[str]
) -> _Answers:
    position = {name: index for index, name in enumerate(classes)}
    return _Answers(
        labels=np.array([position[record.entry.label] for record in records], dtype=np.int64),
        before=np.array([position[record.predicted] for record in records], dtype=np.int64),
        scores=np.array(scores, dtype=np.float64),
    )
