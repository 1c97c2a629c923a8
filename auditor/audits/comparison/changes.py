"""Findings of two runs: which are new, gone, better or worse, decided on paired items where the number allows it."""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from auditor.audits.comparison.documents import ChangedFinding, PairedTest
from auditor.audits.comparison.metrics import LOWER, curve, metric_difference
from auditor.audits.comparison.pairs import Pairs
from auditor.audits.comparison.tests import apart, holm, means, medians, shares, statistic, verdict
from auditor.audits.findings.counterpart import counterpart, measured_in
from auditor.audits.findings.finding import SEVERITIES, Finding
from auditor.common.said import Said, ours, say
from auditor.explain.bootstrap import Bootstrap, Floats
from auditor.explain.evidence import Evidence, ItemRecord, Region, RegionEffects
from auditor.explain.measure import Measure
from auditor.explain.performance import Answers
from auditor.explain.trust.catalog import MEASURES

_WHAT = say("difference, later minus earlier, on the items of both audits")
_INTERVALS = say("by the intervals of both audits, not item by item")
_BOOTSTRAP = say("paired bootstrap")


class Run(NamedTuple):
    """What one run brings: its evidence, its findings by id, and the regions that its records speak of."""

    evidence: Evidence
    findings: Mapping[str, Finding]
    regions: tuple[Region, ...]


class Difference(NamedTuple):
    """A difference, its test where there is one, which way is better, and what decided."""

    measure: Measure
    test: PairedTest | None
    higher: bool
    how: Said


def finding_changes(before: Run, after: Run, pairs: Pairs | None) -> tuple[ChangedFinding, ...]:
    """Return every finding of either run, the later run's first."""
    ids = list(dict.fromkeys([*after.findings, *before.findings]))
    found = [_difference(one, before, after, pairs) for one in ids]
    corrected = holm([None if difference is None else difference.test for difference in found])
    return tuple(
        _changed(one, before, after, difference, test)
        for one, difference, test in zip(ids, found, corrected, strict=True)
    )


def _changed(
    one: str, before: Run, after: Run, difference: Difference | None, test: PairedTest | None
) -> ChangedFinding:
    earlier, later = before.findings.get(one), after.findings.get(one)
    said = later or earlier
    if said is None:
        raise KeyError(one)
    change, how = _decided(earlier, later, before, after, difference, test)
    ours, theirs = _numbers(said, before, after, later is not None)
    return ChangedFinding(
        id=one,
        title=said.title,
        severity_before=earlier.severity if earlier else None,
        severity_after=later.severity if later else None,
        change=change,
        how=how,
        label=said.measures[0].label if said.measures else "",
        before=ours,
        after=theirs,
        difference=difference.measure if difference else None,
        test=test,
    )


def _decided(
    earlier: Finding | None,
    later: Finding | None,
    before: Run,
    after: Run,
    difference: Difference | None,
    test: PairedTest | None,
) -> tuple[Any, str]:
    how: str = "" if difference is None else difference.how
    if later is None and earlier is not None:
        if not measured_in(earlier, before.evidence, after.evidence):
            return "not measured", say("the later audit did not measure what this finding is about")
        return "gone", _crossed(difference, test, after)
    if earlier is None and later is not None:
        if not measured_in(later, after.evidence, before.evidence):
            return "new", say("the earlier audit did not measure what this finding is about")
        return "new", _crossed(difference, test, after)
    if difference is not None:
        confidence = after.evidence.plan.confidence
        return verdict(difference.measure, test, higher=difference.higher, confidence=confidence), how
    return _by_severity(earlier, later)


def _crossed(difference: Difference | None, test: PairedTest | None, after: Run) -> Said:
    """Say whether a number that crossed its threshold also moved beyond chance."""
    if difference is None:
        return say("by the rule alone: it has no number that both audits share")
    confidence = after.evidence.plan.confidence
    moved = verdict(difference.measure, test, higher=difference.higher, confidence=confidence) != "unchanged"
    if moved:
        return say("%(how)s; the number moved beyond chance", how=difference.how)
    return say("%(how)s; the number did not move beyond what chance may do", how=difference.how)


def _by_severity(earlier: Finding | None, later: Finding | None) -> tuple[Any, str]:
    if earlier is None or later is None or earlier.severity == later.severity:
        return "unchanged", say("it fires in both audits; there is no number to test")
    graver = SEVERITIES.index(later.severity) < SEVERITIES.index(earlier.severity)
    return ("worse" if graver else "better"), say("by its severity; there is no number to test")


def _numbers(said: Finding, before: Run, after: Run, in_after: bool) -> tuple[Measure | None, Measure | None]:
    own, other = (after, before) if in_after else (before, after)
    mine = counterpart(said.pointer, own.evidence, own.evidence)
    yours = counterpart(said.pointer, own.evidence, other.evidence)
    first, second = _measure(yours), _measure(mine)
    return (first, second) if in_after else (second, first)


def _measure(found: Any) -> Measure | None:
    """Return the number at a place of the evidence: itself, or the one that the place holds."""
    if isinstance(found, Measure):
        return found
    for name in ("measure", "difference", "effect", "drop"):
        if isinstance(inner := getattr(found, name, None), Measure):
            return inner
    return next((_measure(one) for one in getattr(found, "numbers", ())), None)


def _difference(one: str, before: Run, after: Run, pairs: Pairs | None) -> Difference | None:
    """Return the difference of the number that a finding is about, or None where both runs do not have it."""
    later = after.findings.get(one)
    finding = later or before.findings[one]
    own = after if later else before
    found = counterpart(finding.pointer, own.evidence, own.evidence)
    ours, theirs = _numbers(finding, before, after, later is not None)
    if ours is None or theirs is None:
        return None
    if pairs is not None:
        paired = _paired(finding, found, own.evidence, before, after, pairs)
        if paired is not None:
            return paired
    return Difference(apart(ours, theirs, _WHAT), None, _higher(finding), _INTERVALS)


def _higher(finding: Finding) -> bool:
    """Say whether a larger number is better: a finding fires on the bad side of its threshold."""
    measure, threshold = finding.measures[0].measure.value if finding.measures else None, finding.threshold
    if finding.rule == "accuracy":
        return True
    if finding.rule == "group-gap":
        return measure is not None and measure < 0
    return threshold is not None and measure is not None and measure < threshold.value


def _paired(
    finding: Finding, found: Any, evidence: Evidence, before: Run, after: Run, pairs: Pairs
) -> Difference | None:
    bootstrap = Bootstrap.of(after.evidence.plan)
    for pattern, make in _KINDS:
        if match := re.fullmatch(pattern, finding.pointer):
            parent = _parent(evidence, finding.pointer, match)
            return make(_Asked(parent, found, before, after, pairs, bootstrap))
    return None


class _Asked(NamedTuple):
    """A number of the evidence that is to be computed on pairs: what holds it, and all that is needed."""

    parent: Any
    found: Any
    before: Run
    after: Run
    pairs: Pairs
    bootstrap: Bootstrap

    def values(self, value: Callable[[ItemRecord, Run], float | None]) -> tuple[Floats, Floats] | None:
        """Return a number of each item in both runs, (items,), for the items that have it in both."""
        columns = [
            np.array(
                [np.nan if (v := value(record, run)) is None else v for record in records], dtype=np.float64
            )
            for records, run in ((self.pairs.before, self.before), (self.pairs.after, self.after))
        ]
        both = np.isfinite(columns[0]) & np.isfinite(columns[1])
        enough = both.sum() >= self.after.evidence.plan.minimum_group
        return (columns[0][both], columns[1][both]) if enough else None


def _parent(evidence: Evidence, pointer: str, match: re.Match[str]) -> Any:
    return counterpart(match.group("parent"), evidence, evidence)


def _overall(asked: _Asked) -> Difference | None:
    name, of = asked.parent.name, asked.parent.of
    found = metric_difference(name, of, asked.pairs, asked.after.evidence.plan)
    return None if found is None else Difference(*found, name not in LOWER, ours(found[1].method))


def _gap(asked: _Asked) -> Difference | None:
    """Return the change of the size of a gap between a group and the others, whichever of them it favours."""
    gap, plan = asked.parent, asked.after.evidence.plan
    inside = np.array([record.entry.groups.get(gap.column) == gap.value for record in asked.pairs.after])
    others = np.array([gap.column in record.entry.groups for record in asked.pairs.after]) & ~inside
    if min(inside.sum(), others.sum()) < plan.minimum_group:
        return None

    def size(answers: Answers) -> Callable[[Floats], Floats] | None:
        own, rest = (
            curve(gap.name, gap.of, answers.of(chosen), asked.pairs.classes, plan.minimum_group)
            for chosen in (inside, others)
        )
        if own is None or rest is None:
            return None
        return lambda counts: np.abs(own(counts[:, inside]) - rest(counts[:, others]))

    before, after = (size(answers) for answers in asked.pairs.answers)
    if before is None or after is None:
        return None
    strata = asked.pairs.answers[1].labels * 3 + inside * 2 + others
    what = say(
        "difference of the size of the gap, later minus earlier, %(column)s = %(value)s",
        column=gap.column,
        value=gap.value,
    )
    measure, test = statistic(
        lambda counts: (after(counts) - before(counts))[:, None], strata, what, asked.bootstrap
    )
    if measure.value is None or not np.isfinite(measure.value):
        return None
    return Difference(measure, test, False, say("paired bootstrap of the size of the gap"))


def _flips(asked: _Asked) -> Difference | None:
    def flip(record: ItemRecord, run: Run) -> float | None:
        found = _entry(record, run, asked.parent, "flip")
        return None if found is None else float(found)

    values = asked.values(flip)
    if values is None:
        return None
    return Difference(*shares(*values, _WHAT, asked.bootstrap), False, say("McNemar's exact test"))


def _outside(asked: _Asked) -> Difference | None:
    name = asked.parent.card.name

    def share(record: ItemRecord, run: Run) -> float | None:
        place = _place(run, "outside", "mask")
        found = None if record.effects is None else record.effects.shares.get(name)
        return None if place is None or found is None else found[place]

    values = asked.values(share)
    return None if values is None else Difference(*means(*values, _WHAT, asked.bootstrap), False, _BOOTSTRAP)


def _median(field: str, *, higher: bool) -> Callable[[_Asked], Difference | None]:
    def made(asked: _Asked) -> Difference | None:
        name = asked.parent.card.name
        values = asked.values(
            lambda record, _run: getattr(record.maps[name], field) if name in record.maps else None
        )
        return (
            None
            if values is None
            else Difference(
                *medians(*values, _WHAT, asked.bootstrap), higher, say("paired bootstrap of the medians")
            )
        )

    return made


def _trust(asked: _Asked) -> Difference | None:
    method = next(
        (
            one.method
            for one in (*asked.after.evidence.trust.methods, *asked.before.evidence.trust.methods)
            if asked.parent in one.measures
        ),
        None,
    )
    name = asked.parent.name
    kind = MEASURES.get(name)
    if method is None or kind is None or kind.better == "neither":
        return None

    def value(record: ItemRecord, _run: Run) -> float | None:
        found = record.trust.get(method)
        return None if found is None else found.values.get(name)

    values = asked.values(value)
    return (
        None
        if values is None
        else Difference(*means(*values, _WHAT, asked.bootstrap), kind.better == "higher", _BOOTSTRAP)
    )


_KINDS: tuple[tuple[str, Callable[[_Asked], Difference | None]], ...] = (
    (r"(?P<parent>/performance/overall/\d+)", _overall),
    (r"(?P<parent>/performance/gaps/\d+)", _gap),
    (r"(?P<parent>/regions/\d+)/flips", _flips),
    (r"(?P<parent>/methods/\d+)/outside", _outside),
    (r"(?P<parent>/methods/\d+)/completeness", _median("completeness", higher=False)),
    (r"(?P<parent>/methods/\d+)/fit", _median("fit", higher=True)),
    (r"(?P<parent>/methods/\d+)/noise", _median("noise", higher=False)),
    (r"(?P<parent>/trust/methods/\d+/measures/\d+)/measure", _trust),
)


def _entry(record: ItemRecord, run: Run, region: Region, field: str) -> Any:
    place = _place(run, region.name, region.kind)
    effects: RegionEffects | None = record.effects
    return None if place is None or effects is None else getattr(effects, field)[place]


def _place(run: Run, name: str, kind: str) -> int | None:
    matching = (i for i, region in enumerate(run.regions) if (region.name, region.kind) == (name, kind))
    return next(matching, None)
