"""What is said of a method from its items: means with paired intervals, ranks, curves, agreement and verdicts."""

import numpy as np
import pytest

from auditor.explain.cards import card
from auditor.explain.evidence import ItemRecord, MethodSummary
from auditor.explain.measure import Measure
from auditor.explain.plan import Thresholds
from auditor.explain.spec import ItemEntry
from auditor.explain.trust.documents import RANDOM, ItemAgreement, ItemTrust
from auditor.explain.trust.summary import summarised
from auditor.explain.trust.verdicts import outcome, trusted, verdicts
from tests.explain import toys

NAMES = ("saliency", "occlusion", "grad_cam")
THRESHOLDS = Thresholds()
PLAN = toys.plan(trust=toys.TRUST.model_copy(update={"steps": 2}), resamples=400)
STAGES = ("head", "body")


def summary(name: str, **changes) -> MethodSummary:
    fields = {"parameters": {}, "applicable": True, "reason": None, "outside": None, "completeness": None}
    return MethodSummary(card=card(name), **(fields | changes))


def record(index: int, trust=None, agreement=()) -> ItemRecord:
    entry = ItemEntry(id=f"i{index}", label="clear", groups={}, content="0" * 64, mask=None)
    return ItemRecord(
        index=index,
        entry=entry,
        scores=(0.6, 0.4),
        predicted="clear",
        target="clear",
        maps={},
        effects=None,
        features={},
        trust=trust or {},
        agreement=agreement,
    )


def lines(**values: float) -> ItemTrust:
    """A map whose curves are straight lines between the area's double and nothing."""
    deletion, insertion = values["deletion"], values["insertion"]
    return ItemTrust(
        values=values, deletion=(2 * deletion, deletion, 0.0), insertion=(0.0, insertion, 2 * insertion)
    )


def items(count: int = 20) -> list[ItemRecord]:
    """Items of which some are hard for every map: the areas spread widely and the gains do not."""
    rng = np.random.default_rng(0)
    found = []
    for index in range(count):
        level = rng.uniform(0.2, 0.8)
        own = {
            name: level - gain - rng.uniform(0, 0.02)
            for name, gain in zip(NAMES, (0.05, 0.15, -0.1), strict=True)
        }
        trust = {
            name: lines(deletion=area, insertion=level, gain=(level - area) / 2) for name, area in own.items()
        }
        found.append(record(index, trust | {RANDOM: lines(deletion=level, insertion=level)}))
    return found


def methods() -> list[MethodSummary]:
    return [summary(name) for name in NAMES]


def measures(method) -> dict[str, Measure]:
    return {one.name: one.measure for one in method.measures}


def test_measures_are_means_over_the_items_that_have_them():
    records = [*items(), record(20), record(21)]
    records[3].trust["saliency"].values["seeds"] = 0.25
    records[5].trust["saliency"].values["seeds"] = 0.75
    found = summarised(records, methods(), STAGES, PLAN)
    assert found.items == 20
    assert [one.method for one in found.methods] == list(NAMES)
    for method in found.methods:
        for name in ("deletion", "insertion", "gain"):
            values = [one.trust[method.method].values[name] for one in records[:20]]
            shown = measures(method)[name]
            assert shown.value == pytest.approx(sum(values) / 20)
            assert shown.n == 20
            assert shown.low < shown.value < shown.high
    assert measures(found.methods[0])["seeds"].value == 0.5
    assert measures(found.methods[0])["seeds"].n == 2
    assert "seeds" not in measures(found.methods[1])
    assert set(measures(found.random)) == {"deletion", "insertion"}


def test_the_gain_is_paired_so_that_items_that_are_hard_for_all_maps_do_not_widen_it():
    found = summarised(items(), methods(), STAGES, PLAN)
    for method in found.methods:
        shown = measures(method)
        width = {name: shown[name].high - shown[name].low for name in ("gain", "deletion")}
        assert 10 * width["gain"] < width["deletion"]
        paired = measures(found.random)["deletion"].value - shown["deletion"].value
        assert shown["gain"].value == pytest.approx(paired / 2)


def test_methods_are_ranked_by_gain_and_the_earlier_comes_first_among_equals():
    found = summarised(items(), methods(), STAGES, PLAN)
    assert [one.rank for one in found.methods] == [2, 1, 3]
    same = [
        record(index, {name: lines(deletion=0.5, insertion=0.5, gain=0.1) for name in NAMES[:2]})
        for index in range(4)
    ]
    assert [one.rank for one in summarised(same, methods(), (), PLAN).methods] == [1, 2, None]


def test_curves_are_means_at_the_fractions_of_the_plan():
    records = items()
    found = summarised(records, methods(), STAGES, PLAN)
    assert found.fractions == (0, 0.5, 1)
    for method in (*found.methods, found.random):
        areas = [one.trust[method.method].values["deletion"] for one in records]
        assert method.deletion == pytest.approx((2 * np.mean(areas), np.mean(areas), 0))
        assert len(method.insertion) == 3


def test_stages_are_said_where_weights_became_random_and_nowhere_else():
    records = items(6)
    assert summarised(records, methods(), STAGES, PLAN).stages == ()
    for index, last in ((1, 0.2), (4, 0.4)):
        randomised = records[index].trust["occlusion"].model_copy(update={"randomised": (0.9, last)})
        records[index].trust["occlusion"] = randomised
    found = summarised(records, methods(), STAGES, PLAN)
    assert found.stages == STAGES
    assert [len(one.randomised) for one in found.methods] == [0, 2, 0]
    assert [one.value for one in found.methods[1].randomised] == pytest.approx([0.9, 0.3])
    assert [one.n for one in found.methods[1].randomised] == [2, 2]
    assert "with 1 of 2 stages random" in found.methods[1].randomised[0].method


def test_agreement_is_a_mean_over_the_items_that_have_both_maps_in_the_order_of_the_plan():
    pairs = [("occlusion", "saliency", 0.2), ("saliency", "occlusion", 0.6), ("grad_cam", "occlusion", -0.5)]
    records = [
        record(index, agreement=(ItemAgreement(first=first, second=second, correlation=value),))
        for index, (first, second, value) in enumerate(pairs)
    ]
    found = summarised(records, methods(), (), PLAN).agreement
    assert [(one.first, one.second) for one in found] == [
        ("saliency", "occlusion"),
        ("occlusion", "grad_cam"),
    ]
    assert [one.measure.value for one in found] == pytest.approx([0.4, -0.5])
    assert [one.measure.n for one in found] == [2, 1]
    assert found[0].measure.low < 0.4 < found[0].measure.high
    assert found[1].measure.low is None


def test_shares_of_items_have_score_intervals():
    records = [
        record(
            index,
            {"saliency": ItemTrust(values={"region_hit": float(index < 9), "region_mass": 0.1 * index})},
        )
        for index in range(10)
    ]
    found = measures(summarised(records, methods(), (), PLAN).methods[0])
    assert found["region_hit"].value == 0.9
    assert "Wilson" in found["region_hit"].how[0]
    assert "bootstrap" in found["region_mass"].how[0]


def test_a_method_that_was_not_used_is_absent_and_nothing_is_said_of_what_was_not_tested():
    unused = [summary("saliency"), summary("occlusion", applicable=False, reason="no gradients")]
    found = summarised([record(0), record(1)], unused, STAGES, PLAN)
    assert (found.items, found.fractions, found.stages, found.random, found.agreement) == (
        0,
        (),
        (),
        None,
        (),
    )
    assert [one.method for one in found.methods] == ["saliency"]
    method = found.methods[0]
    assert {one.outcome for one in method.verdicts} == {"not measured"}
    assert (method.measures, method.deletion, method.rank, method.trusted) == ((), (), None, False)


def test_completeness_is_judged_as_the_summary_measured_it():
    loose = summary("saliency", completeness=shown(0.2, 0.15, 0.25))
    found = summarised(items(), [loose, *methods()[1:]], STAGES, PLAN).methods
    assert verdict(found[0].verdicts, "completeness").outcome == "failed"
    assert verdict(found[1].verdicts, "completeness").outcome == "not measured"


def shown(value, low=None, high=None, n=20) -> Measure:
    return Measure(value=value, low=low, high=high, n=n, method="mean")


def verdict(found, aspect):
    return next(one for one in found if one.aspect == aspect)


@pytest.mark.parametrize(
    ("low", "high", "above", "below"),
    [
        (0.1, 0.3, "passed", "failed"),
        (-0.3, -0.1, "failed", "passed"),
        (-0.1, 0.1, "undecided", "undecided"),
        (0.0, 0.2, "undecided", "undecided"),
        (-0.2, 0.0, "undecided", "undecided"),
    ],
)
def test_a_test_is_decided_where_the_whole_interval_lies_on_one_side(low, high, above, below):
    measure = shown((low + high) / 2, low, high)
    assert outcome(measure, 0.0, passes_above=True) == above
    assert outcome(measure, 0.0, passes_above=False) == below


def test_the_value_decides_where_all_items_gave_it_and_one_item_decides_nothing():
    assert outcome(shown(1.0), 0.9, passes_above=False) == "failed"
    assert outcome(shown(1.0), 0.7, passes_above=True) == "passed"
    assert outcome(shown(1.0, n=1), 0.9, passes_above=False) == "undecided"
    assert outcome(shown(None), 0.9, passes_above=False) == "undecided"
    assert outcome(shown(0.0), 0.0, passes_above=True) == "failed"
    assert outcome(shown(0.5), 0.5, passes_above=False) == "passed"


@pytest.mark.parametrize(
    ("aspect", "measure", "good", "bad"),
    [
        ("faithfulness", "gain", (0.1, 0.3), (-0.3, -0.1)),
        ("sanity", "randomised", (0.0, 0.3), (0.6, 0.9)),
        ("stability", "max_sensitivity", (0.1, 0.5), (1.5, 2.5)),
        ("stability", "seeds", (0.8, 0.9), (0.1, 0.5)),
        ("completeness", "completeness", (0.01, 0.02), (0.1, 0.2)),
    ],
)
def test_each_aspect_has_its_measure_and_the_threshold_of_the_plan(aspect, measure, good, bad):
    for ends, wanted in ((good, "passed"), (bad, "failed")):
        found = verdicts({measure: shown(sum(ends) / 2, *ends)}, THRESHOLDS)
        assert verdict(found, aspect).outcome == wanted
        assert verdict(found, aspect).measure == measure
        assert verdict(found, aspect).threshold == getattr(THRESHOLDS, measure)
        assert {one.outcome for one in found if one.aspect != aspect} == {"not measured"}


def test_the_gravest_of_two_tests_decides():
    steady, jumpy = shown(0.1, 0.05, 0.2), shown(0.2, 0.1, 0.3)
    found = verdict(verdicts({"max_sensitivity": steady, "seeds": jumpy}, THRESHOLDS), "stability")
    assert (found.outcome, found.measure) == ("failed", "seeds")
    open_ = shown(1.0, 0.5, 1.5)
    found = verdict(
        verdicts({"max_sensitivity": open_, "seeds": shown(0.9, 0.8, 1)}, THRESHOLDS), "stability"
    )
    assert (found.outcome, found.measure) == ("undecided", "max_sensitivity")


def test_another_class_decides_sanity_only_where_weights_could_not_be_made_random():
    same = shown(1.0, 0.95, 1.0)
    found = verdict(verdicts({"other_class": same}, THRESHOLDS), "sanity")
    assert (found.outcome, found.measure, found.threshold) == ("failed", "other_class", 0.9)
    both = {"other_class": same, "randomised": shown(0.1, 0.0, 0.2)}
    found = verdict(verdicts(both, THRESHOLDS), "sanity")
    assert (found.outcome, found.measure, found.threshold) == ("passed", "randomised", 0.5)
    lost = {"other_class": same, "randomised": shown(None, n=0)}
    assert verdict(verdicts(lost, THRESHOLDS), "sanity").measure == "other_class"


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, True),
        ({"gain": (-0.1, 0.1)}, False),
        ({"gain": None}, False),
        ({"randomised": (0.4, 0.6)}, False),
        ({"randomised": None}, False),
        ({"max_sensitivity": None}, True),
        ({"max_sensitivity": (0.9, 1.1)}, True),
        ({"max_sensitivity": (1.1, 1.2)}, False),
        ({"completeness": (0.06, 0.1)}, False),
    ],
)
def test_trust_asks_for_faithfulness_and_sanity_and_that_nothing_failed(changes, wanted):
    given = {"gain": (0.1, 0.2), "randomised": (0.0, 0.2), "max_sensitivity": (0.1, 0.2)} | changes
    known = {name: shown(sum(ends) / 2, *ends) for name, ends in given.items() if ends is not None}
    assert trusted(verdicts(known, THRESHOLDS)) == wanted
