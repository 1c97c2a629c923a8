"""Do decisions and explanations bear harmless changes?"""

from collections.abc import Iterator

from auditor.audits.findings.finding import Finding, Labelled, Severity, Threshold
from auditor.audits.findings.words import percent, plain, with_interval
from auditor.common.said import Figure, Said, Value, ours, say, sentences
from auditor.explain.evidence import Evidence, Measure
from auditor.explain.robustness.documents import ChangeEffect, Level

_HOOK = "GDPR Art. 32(1)(b), 5(1)(d); AI Act Art. 15(4)"
_EXPLAIN = "GDPR Art. 15(1)(h), 5(1)(d); AI Act Art. 15(4)"


def harmless_changes(evidence: Evidence) -> Iterator[Finding]:
    """Fire once where a harmless change alters a larger share of decisions than the threshold allows.

    It is critical where, for one change, the share is above the threshold beyond chance and the accuracy falls beyond
    chance, too. The change that alters most decisions gives the sentence, the others are listed.
    """
    threshold = evidence.plan.thresholds.harmless_flips
    above = [
        (index, change, change.levels[change.harmless - 1])
        for index, change in enumerate(evidence.robustness.changes)
        if (change.levels[change.harmless - 1].changed.value or 0) > threshold
    ]
    if not above:
        return
    grave = [one for one in above if _grave(one[2], threshold)]
    severity: Severity = "critical" if grave else "warning"
    above.sort(key=lambda one: (one not in grave, -(one[2].changed.value or 0), one[0]))
    index, worst, level = above[0]
    altered = say(
        "One harmless change, %(change)s (%(dose)s %(unit)s), altered %(share)s of %(n)s decisions.",
        share=with_interval(level.changed),
        n=level.changed.n,
        **_named(worst, level),
    )
    others: tuple[Value, ...] = tuple(
        say("%(change)s (%(share)s)", change=ours(change.title), share=percent(one.changed.value or 0))
        for _, change, one in above[1:]
    )
    yield Finding(
        id="harmless-changes",
        rule="harmless-changes",
        rule_version=1,
        severity=severity,
        title=say("Harmless changes alter decisions"),
        sentence=sentences(
            altered,
            worst.because,
            _accuracy(level),
            say("Others do so, too: %(changes)s.", changes=others) if others else "",
        ),
        measures=tuple(
            Labelled(
                label=say("decisions altered, %(change)s", change=ours(change.title)), measure=one.changed
            )
            for _, change, one in above
        ),
        threshold=Threshold(name="harmless_flips", value=threshold),
        pointer=f"/robustness/changes/{index}/levels/{worst.harmless - 1}/changed",
        hook=_HOOK,
        action=say(
            "Do not rely on single decisions near the threshold of the score; train with such changes, or fix what the "
            "model is given before it decides, and audit again."
        ),
    )


def harmless_explanations(evidence: Evidence) -> Iterator[Finding]:
    """Fire per method whose maps move under a harmless change although the decision stays."""
    threshold = evidence.plan.thresholds.harmless_similarity
    titles = {method.card.name: method.card.title for method in evidence.methods}
    found: dict[str, list[tuple[int, ChangeEffect, Measure]]] = {}
    for index, change in enumerate(evidence.robustness.changes):
        for method, measure in change.similarity.items():
            if measure.value is not None and (measure.high or measure.value) < threshold:
                found.setdefault(method, []).append((index, change, measure))
    for method, moved in found.items():
        moved.sort(key=lambda one: (one[2].value or 0, one[0]))
        index, worst, measure = moved[0]
        title = ours(titles.get(method, method))
        yield Finding(
            id=f"harmless-explanations-{method}",
            rule="harmless-explanations",
            rule_version=1,
            severity="warning",
            title=say("The maps of %(method)s move where the decision stays", method=title),
            sentence=say(
                "One harmless change, %(change)s (%(dose)s %(unit)s), left these decisions as they were, and yet the "
                "maps of %(method)s before and after go along with each other by a rank correlation of "
                "%(correlation)s only.",
                method=title,
                correlation=plain(measure),
                **_named(worst, worst.levels[worst.harmless - 1]),
            ),
            measures=tuple(
                Labelled(
                    label=say("rank correlation of maps, %(change)s", change=ours(change.title)),
                    measure=one,
                    share=False,
                )
                for _, change, one in moved
            ),
            threshold=Threshold(name="harmless_similarity", value=threshold),
            pointer=f"/robustness/changes/{index}/similarity/{method}",
            hook=_EXPLAIN,
            action=say(
                "Do not show a single map of %(method)s as the explanation of a decision; another picture of the same "
                "person could give another map.",
                method=title,
            ),
        )


def unmeasured(evidence: Evidence) -> Iterator[Finding]:
    """Say that nothing was measured under changes, and why."""
    found = evidence.robustness
    if not found.changes:
        yield Finding(
            id="robustness-unmeasured",
            rule="robustness-unmeasured",
            rule_version=1,
            severity="note",
            title=say("Robustness was not measured"),
            sentence=sentences(
                say("Nothing is known here of decisions under noise, other devices or errors of recording."),
                found.reason or say("The evidence holds no such measurement."),
            ),
            pointer="/robustness/reason",
            hook=_HOOK,
            action=say("Set the number of items changed and the changes in the plan, and audit again."),
        )


def _grave(level: Level, threshold: float) -> bool:
    beyond = level.changed.low is not None and level.changed.low > threshold
    return beyond and level.fall.low is not None and level.fall.low > 0


def _named(change: ChangeEffect, level: Level) -> dict[str, Value]:
    return {"change": ours(change.title), "dose": Figure(level.dose), "unit": ours(change.unit)}


def _accuracy(level: Level) -> Said:
    if level.fall.low is not None and level.fall.low > 0:
        return say("The accuracy falls by %(share)s.", share=with_interval(level.fall))
    return say("The accuracy does not fall beyond chance.")
