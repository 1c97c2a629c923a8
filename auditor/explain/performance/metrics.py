"""The metrics of a set of answers, each with the interval that holds its nominal coverage on few items."""

from collections.abc import Sequence

import numpy as np

from auditor.common.said import say
from auditor.explain.bootstrap import Bootstrap, undefined
from auditor.explain.intervals import mean_of, wilson
from auditor.explain.measure import Measure
from auditor.explain.performance.answers import Answers, Chosen
from auditor.explain.performance.calibration import brier, calibration_error
from auditor.explain.performance.documents import Metric, MetricName
from auditor.explain.performance.ranking import auprc, auroc

_BALANCED = say("mean over the labels present of the share decided right")
_TOGETHER = say("score intervals of the shares put together")


def metrics(
    answers: Answers, classes: Sequence[str], bootstrap: Bootstrap, minimum: int
) -> tuple[Metric, ...]:
    """Return every metric on these items; `minimum` is how many items a bin of the calibration error needs."""
    curves = [
        Metric(
            name="auprc",
            of=label,
            measure=auprc(answers.labels == index, answers.scores[:, index], label, bootstrap),
        )
        for index, label in enumerate(classes)
    ]
    return (
        *quick_metrics(answers, classes, bootstrap),
        *curves,
        Metric(name="brier", of=None, measure=brier(answers, bootstrap)),
        Metric(name="ece", of=None, measure=calibration_error(answers, bootstrap, minimum)),
    )


def quick_metrics(answers: Answers, classes: Sequence[str], bootstrap: Bootstrap) -> tuple[Metric, ...]:
    """Return the metrics whose intervals need no resampling, for the many intersections and gaps."""
    right = _share(
        answers.right, np.ones_like(answers.right), say("share of items decided as labelled"), "", bootstrap
    )
    made = [
        Metric(name="accuracy", of=None, measure=right),
        Metric(name="balanced_accuracy", of=None, measure=_balanced(answers, bootstrap)),
    ]
    for index, label in enumerate(classes):
        made += _one_against_rest(answers, index, label, bootstrap)
    return tuple(made)


def prevalence(answers: Answers, classes: Sequence[str], bootstrap: Bootstrap) -> tuple[Metric, ...]:
    """Return the share of items that carry each label."""
    every = np.ones_like(answers.right)
    return tuple(
        Metric(
            name="prevalence",
            of=label,
            measure=_share(
                answers.labels == index,
                every,
                say("share of items labelled %(label)s", label=label),
                "",
                bootstrap,
            ),
        )
        for index, label in enumerate(classes)
    )


def _one_against_rest(answers: Answers, index: int, label: str, bootstrap: Bootstrap) -> list[Metric]:
    is_label, said = answers.labels == index, answers.decided == index
    shares: tuple[tuple[MetricName, Chosen, Chosen, str, str], ...] = (
        (
            "sensitivity",
            said,
            is_label,
            say("share of the items labelled %(label)s decided as %(label)s", label=label),
            say("no item here is labelled %(label)s", label=label),
        ),
        (
            "specificity",
            ~said,
            ~is_label,
            say("share of the items not labelled %(label)s not decided as %(label)s", label=label),
            say("every item here is labelled %(label)s", label=label),
        ),
        (
            "ppv",
            is_label,
            said,
            say(
                "share of the items decided as %(label)s labelled so, at the prevalence of these items",
                label=label,
            ),
            say("no item here is decided as %(label)s", label=label),
        ),
        (
            "npv",
            ~is_label,
            ~said,
            say(
                "share of the items not decided as %(label)s not labelled so, at the prevalence of these "
                "items",
                label=label,
            ),
            say("every item here is decided as %(label)s", label=label),
        ),
    )
    found = [
        Metric(name=name, of=label, measure=_share(part, whole, how, nothing, bootstrap))
        for name, part, whole, how, nothing in shares
    ]
    ranked = auroc(is_label, answers.scores[:, index], label, bootstrap)
    return [*found, Metric(name="auroc", of=label, measure=ranked)]


def _share(part: Chosen, whole: Chosen, how: str, nothing: str, bootstrap: Bootstrap) -> Measure:
    """Return which share of `whole` is also in `part`; `nothing` says why it is undefined where there is no item."""
    n = int(whole.sum())
    if n == 0:
        return undefined(None, 0, how, nothing)
    return bootstrap.share(int((part & whole).sum()), n, how)


def _balanced(answers: Answers, bootstrap: Bootstrap) -> Measure:
    counts = answers.confusion()
    pairs = [(int(counts[k, k]), int(row.sum())) for k, row in enumerate(counts) if row.sum()]
    values = [hits / n for hits, n in pairs]
    ends = mean_of(values, [wilson(hits, n, bootstrap.confidence) for hits, n in pairs])
    return bootstrap.within(
        float(np.mean(values)), ends, len(answers.labels), _BALANCED, (_TOGETHER,), drawn=False
    )
