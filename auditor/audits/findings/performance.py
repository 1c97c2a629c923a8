"""Is the model good enough, and for every group alike?"""

from collections.abc import Iterator
from itertools import permutations

from auditor.audits.findings.finding import Finding, Labelled, Severity, Threshold
from auditor.audits.findings.words import percent, with_interval
from auditor.explain.evidence import Evidence, GroupPerformance, Measure

Group = tuple[int, GroupPerformance, Measure]


def accuracy(evidence: Evidence) -> Iterator[Finding]:
    """Fire where the accuracy is under the threshold, or may be."""
    threshold = evidence.plan.thresholds.accuracy
    for index, metric in enumerate(evidence.performance.overall):
        if metric.name == "accuracy" and metric.of is None:
            severity = _shortfall(metric.measure, threshold)
            if severity:
                yield _under(index, metric.measure, threshold, severity)


def group_gap(evidence: Evidence) -> Iterator[Finding]:
    """Fire for each group column of which two groups differ, beyond chance, by more than the threshold."""
    threshold = evidence.plan.thresholds.group_gap
    measured = _measured(evidence)
    for column in dict.fromkeys(group.column for _, group, _ in measured):
        members = [entry for entry in measured if entry[1].column == column]
        gaps = [(_gap(a[2], b[2]), a, b) for a, b in permutations(members, 2) if _apart(a[2], b[2])]
        wide = [gap for gap in gaps if gap[0] > threshold]
        if wide:
            _, better, worse = max(wide, key=lambda gap: gap[0])
            yield _unequal(column, better, worse, threshold)


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
                f"Groups of fewer than {evidence.plan.minimum_group} items are not measured, so nothing "
                f"is known "
                f"here about {named}{more}."
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


def _unequal(column: str, better: Group, worse: Group, threshold: float) -> Finding:
    certain = (better[2].low or 0) - (worse[2].high or 0)
    return Finding(
        id=f"group-gap-{column}",
        rule="group-gap",
        rule_version=1,
        severity="critical" if certain > threshold else "warning",
        title=f"The model errs more often for one group: {column}",
        sentence=(
            f"For {column} = {worse[1].value} the decision agreed with the label in "
            f"{with_interval(worse[2])} of "
            f"{worse[1].n} items, for {column} = {better[1].value} in {with_interval(better[2])} of "
            f"{better[1].n}; "
            "the intervals do not overlap."
        ),
        measures=tuple(
            Labelled(label=f"accuracy, {column} = {group.value}", measure=measure)
            for _, group, measure in (better, worse)
        ),
        threshold=Threshold(name="group_gap", value=threshold),
        pointer=f"/performance/groups/{worse[0]}",
        hook="GDPR Recital 71; GDPR Art. 9(1)",
        action=(
            "Find out why the groups differ; until then tell the users of the model for whom it errs more "
            "often."
        ),
    )


def _measured(evidence: Evidence) -> list[Group]:
    return [
        (index, group, metric.measure)
        for index, group in enumerate(evidence.performance.groups)
        if not group.suppressed
        for metric in group.metrics
        if metric.name == "accuracy" and metric.of is None
    ]


def _shortfall(measure: Measure, threshold: float) -> Severity | None:
    if measure.high is not None and measure.high < threshold:
        return "critical"
    if measure.value is not None and measure.value < threshold:
        return "warning"
    return "note" if measure.low is not None and measure.low < threshold else None


def _apart(better: Measure, worse: Measure) -> bool:
    return better.low is not None and worse.high is not None and better.low > worse.high


def _gap(better: Measure, worse: Measure) -> float:
    return (better.value or 0) - (worse.value or 0)
