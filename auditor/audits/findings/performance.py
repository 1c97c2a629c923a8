"""Is the model good enough, and for every group alike?"""

from collections.abc import Iterator, Mapping

from auditor.audits.findings.finding import Finding, Labelled, Severity, Threshold
from auditor.audits.findings.words import percent, plain, rounded, with_interval
from auditor.common.said import Said, Value, count, say, sentences
from auditor.explain.evidence import Evidence, Gap, Measure
from auditor.explain.performance.documents import MetricName

_NAMED = 6
_RATES: Mapping[MetricName, Said] = {
    "accuracy": say("accuracy"),
    "balanced_accuracy": say("balanced accuracy"),
    "sensitivity": say("sensitivity"),
    "specificity": say("specificity"),
    "ppv": say("positive predictive value"),
    "npv": say("negative predictive value"),
    "auroc": say("area under the ROC curve"),
    "auprc": say("average precision"),
    "brier": say("Brier score"),
    "ece": say("calibration error"),
    "prevalence": say("prevalence"),
}


def accuracy(evidence: Evidence) -> Iterator[Finding]:
    """Fire where the accuracy is under the threshold, or may be."""
    threshold = evidence.plan.thresholds.accuracy
    for index, metric in enumerate(evidence.performance.overall):
        if metric.name == "accuracy" and metric.of is None:
            severity = _shortfall(metric.measure, threshold)
            if severity:
                yield _under(index, metric.measure, threshold, severity)


def sensitivity(evidence: Evidence) -> Iterator[Finding]:
    """Fire for each class of which too small a share is found."""
    threshold = evidence.plan.thresholds.sensitivity
    for index, metric in enumerate(evidence.performance.overall):
        severity = _shortfall(metric.measure, threshold) if metric.name == "sensitivity" else None
        if metric.of is not None and severity in ("critical", "warning"):
            yield _missed(index, metric.of, metric.measure, threshold, severity)


def miscalibration(evidence: Evidence) -> Iterator[Finding]:
    """Fire where the calibration error, corrected for chance, is over the threshold."""
    threshold = evidence.plan.thresholds.calibration
    for index, metric in enumerate(evidence.performance.overall):
        if metric.name == "ece" and metric.measure.value is not None and metric.measure.value > threshold:
            yield _uncalibrated(index, metric.measure, threshold)


def group_gap(evidence: Evidence) -> Iterator[Finding]:
    """Fire for each group column with a gap that chance alone would rarely make, after Holm's correction.

    Critical where the near end of a gap's interval is over the threshold, a warning where it is not.
    """
    threshold, confidence = evidence.plan.thresholds.group_gap, evidence.plan.confidence
    beyond = [(i, gap) for i, gap in enumerate(evidence.performance.gaps) if 1 - gap.adjusted > confidence]
    for column in dict.fromkeys(gap.column for _, gap in beyond):
        members = [entry for entry in beyond if entry[1].column == column]
        members.sort(key=lambda entry: (-_near_end(entry[1].difference), -abs(_value(entry[1].difference))))
        yield _unequal(column, members, threshold)


def suppressed(evidence: Evidence) -> Iterator[Finding]:
    """Name the groups that are too small to be measured."""
    small = [group for group in evidence.performance.groups if group.suppressed]
    if small:
        unknown = say(
            "Groups of fewer than %(minimum)s items are not measured, nor those from which their numbers would "
            "follow, so nothing is known here about these: %(groups)s.",
            minimum=evidence.plan.minimum_group,
            groups=tuple(f"{group.column} = {group.value}" for group in small[:_NAMED]),
        )
        more = len(small) - _NAMED
        others = count("%(n)s more group is as small.", "%(n)s more groups are as small.", more)
        yield Finding(
            id="groups-suppressed",
            rule="groups-suppressed",
            rule_version=1,
            severity="note",
            title=say("Some groups are too small to be measured"),
            sentence=sentences(unknown, others if more > 0 else ""),
            pointer="/performance/groups",
            hook="GDPR Recital 71; AI Act Art. 10(3)",
            action=say("Collect more items of these groups before the model is used for them."),
        )


def _under(index: int, measure: Measure, threshold: float, severity: Severity) -> Finding:
    values = _shares(measure, threshold)
    said = {
        "critical": say(
            "The share of decisions that agree with the label, %(share)s on %(items)s items, is under the threshold "
            "of %(threshold)s.",
            **values,
        ),
        "warning": say(
            "The share of decisions that agree with the label, %(share)s on %(items)s items, was measured under the "
            "threshold of %(threshold)s.",
            **values,
        ),
        "note": say(
            "The share of decisions that agree with the label, %(share)s on %(items)s items, reaches the threshold, "
            "but the interval still includes values under %(threshold)s.",
            **values,
        ),
    }
    maybe = severity == "note"
    return Finding(
        id="accuracy",
        rule="accuracy",
        rule_version=1,
        severity=severity,
        title=say("Accuracy may be under the threshold") if maybe else say("Accuracy is under the threshold"),
        sentence=said[severity],
        measures=(Labelled(label=say("accuracy"), measure=measure),),
        threshold=Threshold(name="accuracy", value=threshold),
        pointer=f"/performance/overall/{index}",
        hook="GDPR Art. 5(1)(d); GDPR Recital 71",
        action=say(
            "Review the errors by class and group, and decide whether the model may be used at this accuracy."
        ),
    )


def _shares(measure: Measure, threshold: float) -> dict[str, Value]:
    return {"share": with_interval(measure), "items": measure.n, "threshold": percent(threshold)}


def _missed(index: int, label: str, measure: Measure, threshold: float, severity: Severity) -> Finding:
    return Finding(
        id=f"sensitivity-{label}",
        rule="sensitivity",
        rule_version=1,
        severity=severity,
        title=say("Items labelled %(label)s are missed too often", label=label),
        sentence=say(
            "Of %(items)s items labelled %(label)s, the share decided as %(label)s was %(share)s, under the threshold "
            "of %(threshold)s.",
            label=label,
            **_shares(measure, threshold),
        ),
        measures=(Labelled(label=say("sensitivity, %(of)s", of=label), measure=measure),),
        threshold=Threshold(name="sensitivity", value=threshold),
        pointer=f"/performance/overall/{index}",
        hook="GDPR Art. 5(1)(d); AI Act Art. 15",
        action=say(
            "Decide what a missed item of %(label)s would mean, and whether the model may be used as it is.",
            label=label,
        ),
    )


def _uncalibrated(index: int, measure: Measure, threshold: float) -> Finding:
    return Finding(
        id="miscalibration",
        rule="miscalibration",
        rule_version=1,
        severity="warning",
        title=say("Probabilities do not keep what they promise"),
        sentence=say(
            "On average over bins of items with similar probability, the probability and the share that came true "
            "differ by %(share)s, more than the threshold of %(threshold)s.",
            share=with_interval(measure),
            threshold=percent(threshold),
        ),
        measures=(Labelled(label=say("calibration error"), measure=measure),),
        threshold=Threshold(name="calibration", value=threshold),
        pointer=f"/performance/overall/{index}",
        hook="GDPR Art. 5(1)(d); AI Act Art. 13, Art. 15",
        action=say(
            "Recalibrate the model, or do not show its probabilities to the persons who decide with it."
        ),
    )


def _unequal(column: str, members: list[tuple[int, Gap]], threshold: float) -> Finding:
    index, worst = members[0]
    certain = _near_end(worst.difference) > threshold
    more = len(members) - 1
    others = count(
        "%(n)s more gap of this column is as rare.", "%(n)s more gaps of this column are as rare.", more
    )
    return Finding(
        id=f"group-gap-{column}",
        rule="group-gap",
        rule_version=2,
        severity="critical" if certain else "warning",
        title=say("The model does not do equally well for all groups: %(column)s", column=column),
        sentence=sentences(
            _compared(worst),
            say(
                "If groups made no difference, one as large would come about with probability %(p)s, corrected for "
                "the number of gaps that were tested.",
                p=rounded(worst.adjusted),
            ),
            others if more else "",
        ),
        measures=tuple(
            Labelled(
                label=say(
                    "%(rate)s, %(column)s = %(value)s less the others",
                    rate=_named(gap),
                    column=column,
                    value=gap.value,
                ),
                measure=gap.difference,
                share=gap.name != "auroc",
            )
            for _, gap in members[:_NAMED]
        ),
        threshold=Threshold(name="group_gap", value=threshold),
        pointer=f"/performance/gaps/{index}",
        hook="GDPR Recital 71; GDPR Art. 9(1)",
        action=say(
            "Find out why the groups differ; until then tell the users of the model for whom it errs more often."
        ),
    )


def _compared(gap: Gap) -> Said:
    values: dict[str, Value] = {
        "rate": _named(gap),
        "column": gap.column,
        "value": gap.value,
        "items": gap.n,
        "others": gap.others,
        "difference": (plain if gap.name == "auroc" else with_interval)(gap.difference),
    }
    if _value(gap.difference) < 0:
        return say(
            "For %(column)s = %(value)s (%(items)s items) one measure lies below that of the items with another value "
            "(%(others)s): %(rate)s, with a difference of %(difference)s.",
            **values,
        )
    return say(
        "For %(column)s = %(value)s (%(items)s items) one measure lies above that of the items with another value "
        "(%(others)s): %(rate)s, with a difference of %(difference)s.",
        **values,
    )


def _named(gap: Gap) -> Said:
    return say("%(rate)s (%(of)s)", rate=_RATES[gap.name], of=gap.of) if gap.of else _RATES[gap.name]


def _value(measure: Measure) -> float:
    return measure.value or 0.0


def _near_end(difference: Measure) -> float:
    """Return how large a difference is at least, by its interval: 0 where that holds no difference, or is none."""
    if difference.low is None or difference.high is None:
        return 0.0
    return max(difference.low, -difference.high, 0.0)


def _shortfall(measure: Measure, threshold: float) -> Severity | None:
    if measure.high is not None and measure.high < threshold:
        return "critical"
    if measure.value is not None and measure.value < threshold:
        return "warning"
    return "note" if measure.low is not None and measure.low < threshold else None
