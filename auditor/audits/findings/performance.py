"""Is the model good enough, and for every group alike?"""

from collections.abc import Iterator

from auditor.audits.findings.finding import Finding, Labelled, Severity, Threshold
from auditor.audits.findings.words import percent, plain, with_interval
from auditor.explain.evidence import Evidence, Gap, Measure

_NAMED = 6


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
        named = ", ".join(f"{group.column} = {group.value}" for group in small[:6])
        more = f" and {len(small) - 6} more" if len(small) > 6 else ""
        yield Finding(
            id="groups-suppressed",
            rule="groups-suppressed",
            rule_version=1,
            severity="note",
            title="Some groups are too small to be measured",
            sentence=(
                f"Groups of fewer than {evidence.plan.minimum_group} items are not measured, nor those from which "
                f"their numbers would follow, so nothing is known here about {named}{more}."
            ),
            pointer="/performance/groups",
            hook="GDPR Recital 71; AI Act Art. 10(3)",
            action="Collect more items of these groups before the model is used for them.",
        )


def _under(index: int, measure: Measure, threshold: float, severity: Severity) -> Finding:
    words = {
        "critical": "is under the threshold of",
        "warning": "was measured under the threshold of",
        "note": "reaches the threshold, but the interval still includes values under",
    }
    return Finding(
        id="accuracy",
        rule="accuracy",
        rule_version=1,
        severity=severity,
        title="Accuracy " + ("may be under" if severity == "note" else "is under") + " the threshold",
        sentence=(
            f"The share of decisions that agree with the label, {with_interval(measure)} on {measure.n} "
            f"items, "
            f"{words[severity]} {percent(threshold)}."
        ),
        measures=(Labelled(label="accuracy", measure=measure),),
        threshold=Threshold(name="accuracy", value=threshold),
        pointer=f"/performance/overall/{index}",
        hook="GDPR Art. 5(1)(d); GDPR Recital 71",
        action=(
            "Review the errors by class and group, and decide whether the model may be used at this accuracy."
        ),
    )


def _missed(index: int, label: str, measure: Measure, threshold: float, severity: Severity) -> Finding:
    return Finding(
        id=f"sensitivity-{label}",
        rule="sensitivity",
        rule_version=1,
        severity=severity,
        title=f"Items labelled {label} are missed too often",
        sentence=(
            f"Of {measure.n} items labelled {label}, the share decided as {label} was {with_interval(measure)}, under "
            f"the threshold of {percent(threshold)}."
        ),
        measures=(Labelled(label=f"sensitivity, {label}", measure=measure),),
        threshold=Threshold(name="sensitivity", value=threshold),
        pointer=f"/performance/overall/{index}",
        hook="GDPR Art. 5(1)(d); AI Act Art. 15",
        action=f"Decide what a missed item of {label} would mean, and whether the model may be used as it is.",
    )


def _uncalibrated(index: int, measure: Measure, threshold: float) -> Finding:
    return Finding(
        id="miscalibration",
        rule="miscalibration",
        rule_version=1,
        severity="warning",
        title="Probabilities do not keep what they promise",
        sentence=(
            f"On average over bins of items with similar probability, the probability and the share that came true "
            f"differ by {with_interval(measure)}, more than the threshold of {percent(threshold)}."
        ),
        measures=(Labelled(label="calibration error", measure=measure),),
        threshold=Threshold(name="calibration", value=threshold),
        pointer=f"/performance/overall/{index}",
        hook="GDPR Art. 5(1)(d); AI Act Art. 13, Art. 15",
        action="Recalibrate the model, or do not show its probabilities to the persons who decide with it.",
    )


def _unequal(column: str, members: list[tuple[int, Gap]], threshold: float) -> Finding:
    index, worst = members[0]
    certain = _near_end(worst.difference) > threshold
    more = f" {len(members) - 1} more gaps of this column are as rare." if len(members) > 1 else ""
    words = plain if worst.name == "auroc" else with_interval
    against = "below" if _value(worst.difference) < 0 else "above"
    return Finding(
        id=f"group-gap-{column}",
        rule="group-gap",
        rule_version=2,
        severity="critical" if certain else "warning",
        title=f"The model does not do equally well for all groups: {column}",
        sentence=(
            f"For {column} = {worst.value} ({worst.n} items) the {_named(worst)} lies {against} that of the items with "
            f"another value ({worst.others}): the difference is {words(worst.difference)}. If groups made no "
            f"difference, one as large would come about with probability {worst.adjusted:.2g}, corrected for the "
            f"number of gaps that were tested.{more}"
        ),
        measures=tuple(
            Labelled(
                label=f"{_named(gap)}, {column} = {gap.value} less the others",
                measure=gap.difference,
                share=gap.name != "auroc",
            )
            for _, gap in members[:_NAMED]
        ),
        threshold=Threshold(name="group_gap", value=threshold),
        pointer=f"/performance/gaps/{index}",
        hook="GDPR Recital 71; GDPR Art. 9(1)",
        action=(
            "Find out why the groups differ; until then tell the users of the model for whom it errs more often."
        ),
    )


def _named(gap: Gap) -> str:
    name = "area under the ROC curve" if gap.name == "auroc" else gap.name
    return f"{name} of {gap.of}" if gap.of else name


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
