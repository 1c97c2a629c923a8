"""Do the explanations deserve belief?"""

from collections.abc import Iterator
from typing import NamedTuple

from auditor.audits.findings.finding import Finding, Labelled, Severity, Threshold
from auditor.audits.findings.words import by_kind, plain
from auditor.common.said import Figure, Said, Value, all_of, count, ours, say, sentences
from auditor.explain.evidence import Evidence, Measure
from auditor.explain.trust.documents import Agreement, Aspect, MethodTrust, Verdict

_TRANSPARENT = "GDPR Art. 5(1)(a); GDPR Art. 15(1)(h)"
_RIGHT = "GDPR Art. 5(1)(d); GDPR Art. 15(1)(h)"
_SHOWS_THE_ITEM = {
    "image": say("A map that hardly changes then shows the image, not what the model does with it."),
    "volume": say("A map that hardly changes then shows the volume, not what the model does with it."),
    "graph": say("A map that hardly changes then shows the graph, not what the model does with it."),
    "table": say("A map that hardly changes then shows the row, not what the model does with it."),
}
_TAKEN_AWAY = {
    "image": say(
        "Parts of the image were taken away and brought back in the order of the maps of %(method)s, and of random "
        "maps."
    ),
    "volume": say(
        "Parts of the volume were taken away and brought back in the order of the maps of %(method)s, and of random "
        "maps."
    ),
    "graph": say(
        "Parts of the graph were taken away and brought back in the order of the maps of %(method)s, and of random "
        "maps."
    ),
    "table": say(
        "Parts of the row were taken away and brought back in the order of the maps of %(method)s, and of random maps."
    ),
}
_CONTRADICT = {
    "image": say(
        "The maps of the same image do not go along with each other: the rank correlation of %(pair)s is "
        "%(correlation)s."
    ),
    "volume": say(
        "The maps of the same volume do not go along with each other: the rank correlation of %(pair)s is "
        "%(correlation)s."
    ),
    "graph": say(
        "The maps of the same graph do not go along with each other: the rank correlation of %(pair)s is "
        "%(correlation)s."
    ),
    "table": say(
        "The maps of the same row do not go along with each other: the rank correlation of %(pair)s is "
        "%(correlation)s."
    ),
}


class _Failed(NamedTuple):
    """A method that failed a test: its title, the verdict, the measure behind it and where that stands."""

    title: Said
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
        values: dict[str, Value] = {"method": failed.title, "correlation": plain(failed.measure)}
        yield _finding(
            failed,
            rule="trust-sanity",
            severity="critical",
            title=(
                say("The maps of %(method)s do not depend on the class", method=failed.title)
                if by_class
                else say("The maps of %(method)s do not depend on the model", method=failed.title)
            ),
            sentence=sentences(
                say(
                    "%(method)s failed its sanity test: its maps go along with the maps for another class by a rank "
                    "correlation of %(correlation)s.",
                    **values,
                )
                if by_class
                else say(
                    "%(method)s failed its sanity test: its maps go along with the maps of the model with random "
                    "weights by a rank correlation of %(correlation)s.",
                    **values,
                ),
                by_kind(evidence, _SHOWS_THE_ITEM),
            ),
            label=(
                say("rank correlation with maps for another class, %(method)s", method=failed.title)
                if by_class
                else say(
                    "rank correlation with maps of the model with random weights, %(method)s",
                    method=failed.title,
                )
            ),
            hook=_TRANSPARENT,
            action=say(
                "Show no map of %(method)s to anybody, and quote none in an answer to a data subject; take the method "
                "out of the plan or choose other parameters, and audit again.",
                method=failed.title,
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
            title=(
                say("The maps of %(method)s are hardly better than random maps", method=failed.title)
                if asked > 0
                else say("The maps of %(method)s are no better than random maps", method=failed.title)
            ),
            sentence=sentences(
                by_kind(evidence, _TAKEN_AWAY, method=failed.title),
                say(
                    "The areas under the curves of the probability are better than those of random maps by %(gain)s, "
                    "where more than %(asked)s is asked for.",
                    gain=plain(failed.measure),
                    asked=Figure(asked),
                ),
            ),
            label=say("area gained over random maps, %(method)s", method=failed.title),
            hook=_RIGHT,
            action=say(
                "Do not read the maps of %(method)s as a ranking of what matters; use a method that stood this test.",
                method=failed.title,
            ),
        )


def stability(evidence: Evidence) -> Iterator[Finding]:
    """Fire per method whose maps change under noise that nobody sees, or with another seed."""
    for failed in _failures(evidence, "stability"):
        by_seed = failed.verdict.measure == "seeds"
        values: dict[str, Value] = {"method": failed.title, "number": plain(failed.measure)}
        yield _finding(
            failed,
            rule="trust-stability",
            severity="warning",
            title=say("The maps of %(method)s are not stable", method=failed.title),
            sentence=(
                say(
                    "Drawn again with another seed, the maps of %(method)s go along with the first by a rank "
                    "correlation of %(number)s only.",
                    **values,
                )
                if by_seed
                else say(
                    "On average over items, noise that nobody sees changed the maps of %(method)s by up to %(number)s "
                    "times their size.",
                    **values,
                )
            ),
            label=(
                say("rank correlation with another seed, %(method)s", method=failed.title)
                if by_seed
                else say("largest relative change under noise, %(method)s", method=failed.title)
            ),
            hook=_RIGHT,
            action=(
                say(
                    "Raise the number of samples in the plan and audit again; until then show no single map of this "
                    "method as the explanation of a decision."
                )
                if by_seed
                else say(
                    "Show no single map of this method as the explanation of a decision; means over many items may "
                    "still be read."
                )
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
            label=say("area gained over random maps, %(method)s", method=titles[method.method]),
            measure=one.measure,
            share=False,
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
        title=say("No explanation of this audit passed its tests"),
        sentence=sentences(
            count(
                "%(n)s method was tested; number of items: %(items)s.",
                "%(n)s methods were tested; number of items: %(items)s.",
                len(methods),
                items=evidence.trust.items,
            ),
            say(
                "Failed at least one test: %(methods)s.",
                methods=tuple(titles[method.method] for method in methods),
            )
            if every
            else say(
                "For none did both faithfulness and sanity pass without another test failing. Nothing failed, but not "
                "enough passed, for %(methods)s: there are too few items, the numbers lie too close to the "
                "thresholds, or a test does not suit the method or the model.",
                methods=tuple(titles[method.method] for method in open_),
            ),
        ),
        measures=tuple(gains),
        pointer="/trust/methods",
        hook=_TRANSPARENT,
        action=(
            say(
                "Do not base an answer to a data subject on the maps of this audit. Add methods to the plan and audit "
                "again."
            )
            if every
            else say(
                "Do not base an answer to a data subject on the maps of this audit. Add methods to the plan or items "
                "to the set and audit again."
            )
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

    def named(pair: Agreement) -> Value:
        return all_of((titles[pair.first], titles[pair.second]))

    others: tuple[Value, ...] = tuple(named(pair) for _, pair in low[1:])
    yield Finding(
        id="trust-contradiction",
        rule="trust-contradiction",
        rule_version=1,
        severity="warning",
        title=say("Methods contradict each other"),
        sentence=sentences(
            by_kind(evidence, _CONTRADICT, pair=named(worst), correlation=plain(worst.measure)),
            say("Nor do these go along: %(pairs)s.", pairs=others) if others else "",
        ),
        measures=tuple(
            Labelled(
                label=say("rank correlation, %(pair)s", pair=named(pair)), measure=pair.measure, share=False
            )
            for _, pair in low
        ),
        threshold=Threshold(name="agreement", value=threshold),
        pointer=f"/trust/agreement/{index}",
        hook=_TRANSPARENT,
        action=say(
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
            title=say("The explanations were not tested"),
            sentence=(
                say(
                    "The maps of this audit were made and no item allowed their tests, so nothing is known of how far "
                    "they can be believed."
                )
                if planned
                else say(
                    "The maps of this audit were made and not tested, as the plan says, so nothing is known of how far "
                    "they can be believed."
                )
            ),
            pointer="/trust/items",
            hook=_TRANSPARENT,
            action=(
                say("Read the incidents, mend the model or the set, and audit again.")
                if planned
                else say("Set the number of items tested in the plan, and audit again.")
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
    title: Said,
    sentence: Said,
    label: Said,
    hook: str,
    action: Said,
) -> Finding:
    threshold = failed.verdict.threshold
    return Finding(
        id=f"{rule}-{failed.trust.method}",
        rule=rule,
        rule_version=1,
        severity=severity,
        title=title,
        sentence=sentence,
        measures=(Labelled(label=label, measure=failed.measure, share=False),),
        threshold=(
            None if threshold is None else Threshold(name=failed.verdict.measure or rule, value=threshold)
        ),
        pointer=failed.pointer,
        hook=hook,
        action=action,
    )


def _titles(evidence: Evidence) -> dict[str, Said]:
    return {method.card.name: ours(method.card.title) for method in evidence.methods}
