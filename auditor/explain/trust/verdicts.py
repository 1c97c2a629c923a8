"""From measures and the thresholds of a plan to a verdict on each aspect of a method."""

from collections.abc import Mapping
from typing import NamedTuple

from auditor.explain.measure import Measure
from auditor.explain.plan import Thresholds
from auditor.explain.trust.documents import Aspect, Outcome, Verdict

_GRAVEST: tuple[Outcome, ...] = ("failed", "undecided", "passed")


class _Test(NamedTuple):
    """A measure whose name is that of its threshold, and on which side of it a method passes."""

    measure: str
    passes: str


_TESTS: dict[Aspect, tuple[_Test, ...]] = {
    "faithfulness": (_Test("gain", "above"),),
    "sanity": (_Test("randomised", "below"),),
    "stability": (_Test("max_sensitivity", "below"), _Test("seeds", "above")),
    "completeness": (_Test("completeness", "below"),),
}
_UNTOUCHED = (_Test("other_class", "below"),)  # of a model whose weights cannot be made random


def verdicts(measures: Mapping[str, Measure], thresholds: Thresholds) -> tuple[Verdict, ...]:
    """Return what each aspect came to, given measures by name, "completeness" among them where it is promised.

    A test is passed or failed where the whole interval lies on one side of its threshold, and undecided where the
    threshold lies within it or where there are too few items for an interval. Of several tests the gravest outcome
    decides. Sanity is decided by random weights, and by another class only where those were not measured.
    Localisation is described and not judged: a model may be right for reasons elsewhere.
    """
    return tuple(_verdict(aspect, tests, measures, thresholds) for aspect, tests in _TESTS.items())


def trusted(found: tuple[Verdict, ...]) -> bool:
    """Say whether faithfulness and sanity passed and nothing failed."""
    outcomes = {verdict.aspect: verdict.outcome for verdict in found}
    passed = outcomes.get("faithfulness") == outcomes.get("sanity") == "passed"
    return passed and "failed" not in outcomes.values()


def _verdict(
    aspect: Aspect, tests: tuple[_Test, ...], measures: Mapping[str, Measure], thresholds: Thresholds
) -> Verdict:
    if aspect == "sanity" and not _known(measures, tests[0]):
        tests = _UNTOUCHED
    made = [test for test in tests if _known(measures, test)]
    if not made:
        return Verdict(aspect=aspect, outcome="not measured")
    limits = {test: float(getattr(thresholds, test.measure)) for test in made}
    outcomes = {test: outcome(measures[test.measure], limits[test], test.passes == "above") for test in made}
    decisive = min(made, key=lambda test: _GRAVEST.index(outcomes[test]))
    return Verdict(
        aspect=aspect,
        outcome=outcomes[decisive],
        measure=decisive.measure,
        threshold=limits[decisive],
    )


def outcome(measure: Measure, threshold: float, passes_above: bool) -> Outcome:
    """Return on which side of a threshold a measure lies with its whole interval.

    Where several items all gave the same value there is no interval and the value decides; one item decides nothing.
    """
    low, high = measure.low, measure.high
    if low is None or high is None:
        if measure.value is None or measure.n < 2:
            return "undecided"
        low = high = measure.value
    if low > threshold:
        return "passed" if passes_above else "failed"
    if high < threshold:
        return "failed" if passes_above else "passed"
    if low == high == threshold:
        return "failed" if passes_above else "passed"
    return "undecided"


def _known(measures: Mapping[str, Measure], test: _Test) -> bool:
    return test.measure in measures and measures[test.measure].value is not None
