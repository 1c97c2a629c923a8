"""Do the explanations deserve belief?"""

from collections.abc import Iterator
from typing import NamedTuple

from auditor.audits.findings.finding import Finding, Labelled, Severity, Threshold
from auditor.audits.findings.words import counted, plain
from auditor.explain.evidence import Evidence, Measure
from auditor.explain.trust.documents import Agreement, Aspect, MethodTrust, Verdict

_TRANSPARENT = "GDPR Art. 5(1)(a); GDPR Art. 15(1)(h)"
_RIGHT = "GDPR Art. 5(1)(d); GDPR Art. 15(1)(h)"


class _Failed(NamedTuple):
    """A method that failed a test: its title, the verdict, the measure behind it and where that stands."""

    title: str
    verdict: Verdict
    measure: Measure
    pointer: str
    trust: MethodTrust


def sanity(evidence: Evidence) -> Iterator[Finding]:
    """Fire per method whose maps do not depend on what the model learnt.

    It is critical for each such method, whatever the others reach: its picture says nothing about this model, and
    must not be shown.
    """
    for failed in _failures(evidence, "sanity"):
        by_class = failed.verdict.measure == "other_class"
        other = "for another class" if by_class else "of the model with random weights"
        yield _finding(
            failed,
            rule="trust-sanity",
            severity="critical",
            title=f"The maps of {failed.title} do not depend on the {'class' if by_class else 'model'}",
            sentence=(
                f"{failed.title} failed its sanity test: its maps go along with the maps {other} by a rank correlation "
                f"of {plain(failed.measure)}. A map that hardly changes then shows the {_item(evidence)}, not what the "
                "model does with it."
            ),
            label="rank correlation with maps " + other,
            hook=_TRANSPARENT,
            action=(
                f"Show no map of {failed.title} to anybody, and quote none in an answer to a data subject; take the "
                "method out of the plan or choose other parameters, and audit again."
            ),
        )


def faithfulness(evidence: Evidence) -> Iterator[Finding]:
    """Fire per method whose maps order places no better than random maps do."""
    for failed in _failures(evidence, "faithfulness"):
        asked = failed.verdict.threshold or 0.0
        yield _finding(
            failed,
            rule="trust-faithfulness",
            severity="warning",
            title=f"The maps of {failed.title} are {'hardly' if asked > 0 else 'no'} better than random maps",
            sentence=(
                f"Parts of the {_item(evidence)} were taken away and brought back in the order of the maps of "
                f"{failed.title}, and of random maps. The areas under the curves of the probability are better than "
                f"those of random maps by {plain(failed.measure)}, where more than {asked:g} is asked for."
            ),
            label="area gained over random maps",
            hook=_RIGHT,
            action=(
                f"Do not read the maps of {failed.title} as a ranking of what matters; use a method that stood this "
                "test."
            ),
        )


def stability(evidence: Evidence) -> Iterator[Finding]:
    """Fire per method whose maps change under noise that nobody sees, or with another seed."""
    for failed in _failures(evidence, "stability"):
        by_seed = failed.verdict.measure == "seeds"
        said = (
            "Drawn again with another seed, the maps of {} go along with the first by a rank correlation of {} only."
            if by_seed
            else "On average over items, noise that nobody sees changed the maps of {} by up to {} times their size."
        )
        yield _finding(
            failed,
            rule="trust-stability",
            severity="warning",
            title=f"The maps of {failed.title} are not stable",
            sentence=said.format(failed.title, plain(failed.measure)),
            label="rank correlation with another seed" if by_seed else "largest relative change under noise",
            hook=_RIGHT,
            action=(
                "Raise the number of samples in the plan and audit again; until then show no single map of this "
                "method as the explanation of a decision."
                if by_seed
                else "Show no single map of this method as the explanation of a decision; means over many items may "
                "still be read."
            ),
        )


def none_trusted(evidence: Evidence) -> Iterator[Finding]:
    """Fire where explanations were tested and none passed.

    It is critical where every method failed a test, and a warning where some tests were only undecided, as they are
    on few items.
    """
    methods = evidence.trust.methods
    if not evidence.trust.items or not methods or any(method.trusted for method in methods):
        return
    open_ = [method for method in methods if not any(one.outcome == "failed" for one in method.verdicts)]
    every = not open_
    titles = _titles(evidence)
    gains = [
        Labelled(
            label=f"area gained over random maps, {titles[method.method]}", measure=one.measure, share=False
        )
        for method in methods
        for one in method.measures
        if one.name == "gain"
    ]
    yield Finding(
        id="trust-none",
        rule="trust-none",
        rule_version=1,
        severity="critical" if every else "warning",
        title="No explanation of this audit passed its tests",
        sentence=(
            f"{counted(len(methods), 'method was', 'methods were')} tested on "
            f"{counted(evidence.trust.items, 'item', 'items')}. "
            + (
                f"Failed at least one test: {', '.join(titles[method.method] for method in methods)}."
                if every
                else "For none did both faithfulness and sanity pass without another test failing. Nothing failed, but "
                f"not enough passed, for {', '.join(titles[method.method] for method in open_)}: there are too few "
                "items, the numbers lie too close to the thresholds, or a test does not suit the method or the model."
            )
        ),
        measures=tuple(gains),
        pointer="/trust/methods",
        hook=_TRANSPARENT,
        action=(
            "Do not base an answer to a data subject on the maps of this audit. Add methods to the plan"
            + ("" if every else " or items to the set")
            + " and audit again."
        ),
    )


def contradictions(evidence: Evidence) -> Iterator[Finding]:
    """Fire once where the maps of two methods go along with each other by less than the threshold."""
    threshold, titles = evidence.plan.thresholds.agreement, _titles(evidence)
    low = [
        (index, pair)
        for index, pair in enumerate(evidence.trust.agreement)
        if pair.measure.high is not None and pair.measure.high < threshold
    ]
    if not low:
        return
    low.sort(key=lambda one: (one[1].measure.value or 0.0, one[0]))
    index, worst = low[0]

    def named(pair: Agreement) -> str:
        return f"{titles[pair.first]} and {titles[pair.second]}"

    others = "; nor do those of " + ", of ".join(named(pair) for _, pair in low[1:]) if low[1:] else ""
    yield Finding(
        id="trust-contradiction",
        rule="trust-contradiction",
        rule_version=1,
        severity="warning",
        title="Methods contradict each other",
        sentence=(
            f"The maps of {named(worst)} of the same {_item(evidence)} do not go along with each other: their rank "
            f"correlation is {plain(worst.measure)}{others}."
        ),
        measures=tuple(
            Labelled(label=f"rank correlation, {named(pair)}", measure=pair.measure, share=False)
            for _, pair in low
        ),
        threshold=Threshold(name="agreement", value=threshold),
        pointer=f"/trust/agreement/{index}",
        hook=_TRANSPARENT,
        action=(
            "Read the items on which methods contradict each other, which the gallery shows first, and rely on none of "
            "these maps that did not stand its own tests."
        ),
    )


def untested_explanations(evidence: Evidence) -> Iterator[Finding]:
    """Say that nothing was tested, where there are maps."""
    planned = evidence.plan.trust.items > 0
    if evidence.trust.items == 0 and any(method.applicable for method in evidence.methods):
        yield Finding(
            id="trust-untested",
            rule="trust-untested",
            rule_version=1,
            severity="note",
            title="The explanations were not tested",
            sentence=(
                "The maps of this audit were made and "
                + ("no item allowed their tests" if planned else "not tested, as the plan says")
                + ", so nothing is known of how far they can be believed."
            ),
            pointer="/trust/items",
            hook=_TRANSPARENT,
            action=(
                "Read the incidents, mend the model or the set, and audit again."
                if planned
                else "Set the number of items tested in the plan, and audit again."
            ),
        )


def _failures(evidence: Evidence, aspect: Aspect) -> Iterator[_Failed]:
    """Yield the methods that failed in one aspect, with the measure that decided."""
    titles = _titles(evidence)
    for index, method in enumerate(evidence.trust.methods):
        for verdict in method.verdicts:
            if verdict.aspect != aspect or verdict.outcome != "failed":
                continue
            for place, one in enumerate(method.measures):
                if one.name == verdict.measure:
                    pointer = f"/trust/methods/{index}/measures/{place}/measure"
                    yield _Failed(titles[method.method], verdict, one.measure, pointer, method)


def _finding(
    failed: _Failed,
    *,
    rule: str,
    severity: Severity,
    title: str,
    sentence: str,
    label: str,
    hook: str,
    action: str,
) -> Finding:
    threshold = failed.verdict.threshold
    return Finding(
        id=f"{rule}-{failed.trust.method}",
        rule=rule,
        rule_version=1,
        severity=severity,
        title=title,
        sentence=sentence,
        measures=(Labelled(label=f"{label}, {failed.title}", measure=failed.measure, share=False),),
        threshold=(
            None if threshold is None else Threshold(name=failed.verdict.measure or rule, value=threshold)
        ),
        pointer=failed.pointer,
        hook=hook,
        action=action,
    )


def _titles(evidence: Evidence) -> dict[str, str]:
    return {method.card.name: method.card.title for method in evidence.methods}


def _item(evidence: Evidence) -> str:
    return {"table": "row"}.get(evidence.model.spec.input.kind, evidence.model.spec.input.kind)
