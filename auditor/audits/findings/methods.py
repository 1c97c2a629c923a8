"""Did the methods hold what they promise?"""

from collections.abc import Iterator

from auditor.audits.findings.finding import Finding, Labelled, Threshold
from auditor.audits.findings.words import with_interval
from auditor.common.said import ours, say
from auditor.explain.evidence import Evidence, Measure

_EXPLAIN = "GDPR Art. 15(1)(h)"


def completeness(evidence: Evidence) -> Iterator[Finding]:
    """Fire per method whose maps do not add up to what the method promises."""
    threshold = evidence.plan.thresholds.completeness
    for index, method in enumerate(evidence.methods):
        measure, title = method.completeness, ours(method.card.title)
        if measure is not None and measure.value is not None and measure.value > threshold:
            yield Finding(
                id=f"completeness-{method.card.name}",
                rule="completeness",
                rule_version=1,
                severity="warning",
                title=say("%(method)s does not add up", method=title),
                sentence=say(
                    "The maps of %(method)s should add up to the change of the score, and miss it by %(share)s.",
                    method=title,
                    share=with_interval(measure),
                ),
                measures=(
                    Labelled(label=say("completeness error, %(method)s", method=title), measure=measure),
                ),
                threshold=Threshold(name="completeness", value=threshold),
                pointer=f"/methods/{index}/completeness",
                hook=f"GDPR Art. 5(1)(d); {_EXPLAIN}",
                action=say(
                    "Where the method takes steps or samples, raise their number in the plan and audit again; where "
                    "it does not, do not compare the sizes of its values."
                ),
            )


def fit(evidence: Evidence) -> Iterator[Finding]:
    """Fire per method whose local stand-in does not follow the model."""
    threshold = evidence.plan.thresholds.fit
    for index, method in enumerate(evidence.methods):
        measure, title = method.fit, ours(method.card.title)
        if measure is not None and measure.value is not None and measure.value < threshold:
            yield Finding(
                id=f"fit-{method.card.name}",
                rule="fit",
                rule_version=1,
                severity="warning",
                title=say("%(method)s does not follow the model", method=title),
                sentence=say(
                    "%(method)s explains each decision by a simple stand-in, which follows the model's score near the "
                    "item with an R2 of %(share)s only.",
                    method=title,
                    share=with_interval(measure),
                ),
                measures=(Labelled(label=say("local fit (R2), %(method)s", method=title), measure=measure),),
                threshold=Threshold(name="fit", value=threshold),
                pointer=f"/methods/{index}/fit",
                hook=f"GDPR Art. 5(1)(d); {_EXPLAIN}",
                action=say(
                    "Do not rely on these maps; methods that ask the model itself stand on their own."
                ),
            )


def noise(evidence: Evidence) -> Iterator[Finding]:
    """Fire per sampling method that stopped before its values were certain."""
    threshold = evidence.plan.thresholds.noise
    for index, method in enumerate(evidence.methods):
        measure, title = method.noise, ours(method.card.title)
        if measure is not None and measure.value is not None and measure.value > threshold:
            yield Finding(
                id=f"noise-{method.card.name}",
                rule="noise",
                rule_version=1,
                severity="warning",
                title=say("%(method)s has drawn too few samples", method=title),
                sentence=say(
                    "The maps of %(method)s are estimates from samples. Their largest standard error is %(share)s of "
                    "their largest value.",
                    method=title,
                    share=with_interval(measure),
                ),
                measures=(Labelled(label=say("standard error, %(method)s", method=title), measure=measure),),
                threshold=Threshold(name="noise", value=threshold),
                pointer=f"/methods/{index}/noise",
                hook=f"GDPR Art. 5(1)(d); {_EXPLAIN}",
                action=say(
                    "Raise the number of samples in the plan and audit again before comparing places of these maps."
                ),
            )


def not_applicable(evidence: Evidence) -> Iterator[Finding]:
    """Name each method of the plan that could not be used on this model."""
    for index, method in enumerate(evidence.methods):
        if not method.applicable:
            title = ours(method.card.title)
            yield Finding(
                id=f"not-applicable-{method.card.name}",
                rule="not-applicable",
                rule_version=1,
                severity="note",
                title=say("%(method)s could not be used", method=title),
                sentence=say(
                    "%(method)s is in the plan and was not used: %(reason)s",
                    method=title,
                    reason=ours(method.reason or say("no reason given")),
                ),
                pointer=f"/methods/{index}/reason",
                hook=_EXPLAIN,
                action=say("Read the report without this method; the others stand on their own."),
            )


def surrogate(evidence: Evidence) -> Iterator[Finding]:
    """Say that the surrogate tree is missing or no description of the model."""
    tree = evidence.surrogate
    if tree.refused is not None:
        yield _no_tree(tree.refused)
    elif not tree.accepted and tree.fidelity is not None:
        yield _unfaithful(tree.fidelity, evidence.plan.surrogate.minimum_fidelity)


def _no_tree(reason: str) -> Finding:
    return Finding(
        id="surrogate-refused",
        rule="surrogate",
        rule_version=1,
        severity="note",
        title=say("No surrogate tree could be grown"),
        sentence=say(
            "The model as a whole is not summarised by simple rules: %(reason)s", reason=ours(reason)
        ),
        pointer="/surrogate/refused",
        hook="GDPR Art. 13(2)(f)",
        action=say(
            "Describe the logic of the model by its documentation and by the measured effects of single parts."
        ),
    )


def _unfaithful(fidelity: Measure, minimum: float) -> Finding:
    return Finding(
        id="surrogate-unfaithful",
        rule="surrogate",
        rule_version=1,
        severity="warning",
        title=say("The surrogate tree does not describe the model"),
        sentence=say(
            "A small tree of simple questions agrees with %(share)s of the model's decisions on items that it was not "
            "grown on; it must not be handed out as the logic of the model.",
            share=with_interval(fidelity),
        ),
        measures=(Labelled(label=say("fidelity on held-out items"), measure=fidelity),),
        threshold=Threshold(name="surrogate.minimum_fidelity", value=minimum),
        pointer="/surrogate/fidelity",
        hook="GDPR Art. 13(2)(f)",
        action=say("Do not quote the tree to data subjects."),
    )
