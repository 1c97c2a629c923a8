"""Findings on trust: each fires where its test failed, names the method, and is silent where nothing did."""

import pytest

from auditor.audits.findings import findings
from auditor.common.store import Store
from auditor.explain.trust.documents import MethodTrust, NamedMeasure, Trust, Verdict
from auditor.explain.trust.settings import TrustPlan
from tests.documents import factory, trust_factory
from tests.words import claims

PASSED = {
    "faithfulness": ("gain", "passed", 0.2),
    "sanity": ("randomised", "passed", 0.1),
    "stability": ("max_sensitivity", "passed", 0.1),
}
FAILED = {
    "faithfulness": ("gain", "failed", -0.1),
    "sanity": ("randomised", "failed", 0.9),
    "stability": ("max_sensitivity", "failed", 2.5),
}
OPEN = {aspect: (name, "undecided", value) for aspect, (name, _, value) in PASSED.items()}


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


@pytest.fixture
def evidence(store):
    return lambda trust, **changes: factory.evidence(store, trust=trust, **changes)


@pytest.fixture
def found(evidence):
    def of(trust, **changes):
        return {one.id: one for one in findings(evidence(trust, **changes)) if one.rule.startswith("trust")}

    return of


def measure(value):
    return factory.measure(value, low=value - 0.04, high=value + 0.04, n=48)


def method(name="occlusion", **changes) -> MethodTrust:
    """A method that passed every test but for the given ones: aspect=(measure, outcome, value)."""
    given = PASSED | changes
    measures = {measure: value for measure, _, value in given.values()}
    return MethodTrust(
        method=name,
        measures=tuple(
            NamedMeasure(name=name, measure=measure(value))
            for name, value in ({"deletion": 0.4} | measures).items()
        ),
        verdicts=tuple(
            Verdict(aspect=aspect, outcome=outcome, measure=measure, threshold=0.3)
            for aspect, (measure, outcome, _) in given.items()
        ),
        trusted=all(outcome == "passed" for _, outcome, _ in given.values()),
    )


def trust(*methods: MethodTrust, **changes) -> Trust:
    return Trust(items=48, methods=methods, **changes)


def test_methods_that_stood_their_tests_are_not_spoken_of(found):
    assert found(trust(method(), method("grad_cam"))) == {}


def test_a_method_that_failed_its_sanity_test_is_critical_and_named_although_others_passed(found):
    said = found(trust_factory.trust())
    assert said["trust-sanity-integrated_gradients"].severity == "critical"
    assert said["trust-sanity-integrated_gradients"].sentence.startswith(
        "Integrated Gradients failed its sanity test"
    )
    assert "0.92 (95 % interval 0.88 to 0.96)" in said["trust-sanity-integrated_gradients"].sentence
    assert "Show no map of Integrated Gradients" in said["trust-sanity-integrated_gradients"].action
    assert [name for name in said if name.startswith("trust-sanity")] == ["trust-sanity-integrated_gradients"]
    assert "trust-none" not in said


@pytest.mark.parametrize(
    ("aspect", "name", "value", "severity", "words"),
    [
        ("sanity", "randomised", 0.9, "critical", "the maps of the model with random weights"),
        ("sanity", "other_class", 1.0, "critical", "the maps for another class"),
        ("faithfulness", "gain", -0.1, "warning", "better than those of random maps by -0.10"),
        ("stability", "max_sensitivity", 2.5, "warning", "noise that nobody sees changed the maps"),
        ("stability", "seeds", 0.2, "warning", "another seed"),
    ],
)
def test_each_test_that_failed_is_said_once_with_its_number_and_threshold(
    found, aspect, name, value, severity, words
):
    failed = method("grad_cam", **{aspect: (name, "failed", value)})
    said = found(trust(method(), failed))
    assert set(said) == {f"trust-{aspect}-grad_cam"}
    finding = said[f"trust-{aspect}-grad_cam"]
    assert finding.severity == severity
    assert "Grad-CAM" in finding.title
    assert "Grad-CAM" in finding.sentence
    assert words in finding.sentence
    assert f"{value:.2f} (95 % interval" in finding.sentence
    assert [one.measure.value for one in finding.measures] == [value]
    assert (finding.threshold.name, finding.threshold.value) == (name, 0.3)


@pytest.mark.parametrize("aspect", list(PASSED))
@pytest.mark.parametrize("outcome", ["undecided", "not measured"])
def test_what_is_open_is_no_failure(found, aspect, outcome):
    name, _, value = FAILED[aspect]
    assert found(trust(method(), method("grad_cam", **{aspect: (name, outcome, value)}))) == {}


def test_a_gain_under_a_raised_threshold_is_not_called_none(found):
    failed = method("grad_cam", faithfulness=("gain", "failed", 0.1))
    said = found(trust(method(), failed))["trust-faithfulness-grad_cam"]
    assert said.title.endswith("are hardly better than random maps")
    assert "where more than 0.3 is asked for" in said.sentence
    zero = tuple(one.model_copy(update={"threshold": 0.0}) for one in failed.verdicts)
    said = found(trust(method(), failed.model_copy(update={"verdicts": zero})))["trust-faithfulness-grad_cam"]
    assert said.title.endswith("are no better than random maps")


def test_where_every_method_failed_the_audit_has_no_explanation(found):
    said = found(trust(method(**FAILED), method("grad_cam", stability=FAILED["stability"])))
    assert said["trust-none"].severity == "critical"
    assert "2 methods were tested; number of items: 48." in said["trust-none"].sentence
    assert "Failed at least one test: Occlusion, Grad-CAM." in said["trust-none"].sentence
    assert [one.measure.value for one in said["trust-none"].measures] == [-0.1, 0.2]
    assert len(said) == 5  # and each failure of its own
    alone = found(trust(method(**FAILED)))["trust-none"].sentence
    assert "1 method was tested" in alone


def test_where_some_tests_were_only_undecided_it_is_a_warning_that_names_the_open_ones(found):
    said = found(trust(method(**OPEN), method("grad_cam", sanity=FAILED["sanity"])))
    assert said["trust-none"].severity == "warning"
    assert "Nothing failed, but not enough passed, for Occlusion:" in said["trust-none"].sentence
    assert "items to the set" in said["trust-none"].action


def test_methods_that_contradict_each_other_are_named_the_worst_first(found):
    trusted = (method(), method("grad_cam"))
    pairs = (
        trust_factory._pair("grad_cam", "integrated_gradients", 0.0),
        trust_factory._pair("grad_cam", "occlusion", 0.06),
        trust_factory._pair("integrated_gradients", "occlusion", -0.4),
    )
    said = found(trust(*trusted, agreement=pairs))
    assert set(said) == {"trust-contradiction"}
    finding = said["trust-contradiction"]
    assert finding.severity == "warning"
    assert (
        "maps of the same image do not go along with each other: the rank correlation of Integrated Gradients"
        in finding.sentence
    )
    assert "-0.40 (95 % interval" in finding.sentence
    assert "Nor do these go along: Grad-CAM and Integrated Gradients." in finding.sentence
    assert finding.pointer == "/trust/agreement/2"
    assert [one.measure.value for one in finding.measures] == [-0.4, 0.0]
    assert finding.threshold.value == 0.1
    assert found(trust(*trusted, agreement=pairs[1:2])) == {}  # whose interval reaches over the threshold


@pytest.mark.parametrize(("items", "words"), [(0, "as the plan says"), (48, "no item allowed their tests")])
def test_maps_that_were_not_tested_are_said_to_be_so(store, found, items, words):
    plan = factory.evidence(store).plan.model_copy(update={"trust": TrustPlan(items=items)})
    said = found(Trust(), plan=plan)
    assert set(said) == {"trust-untested"}
    assert said["trust-untested"].severity == "note"
    assert words in said["trust-untested"].sentence
    assert ("Read the incidents" in said["trust-untested"].action) == (items > 0)


def test_an_audit_without_maps_is_not_asked_for_their_tests(store, found):
    unused = [
        one.model_copy(update={"applicable": False, "reason": "no gradients"})
        for one in factory.evidence(store).methods
    ]
    assert found(Trust(), methods=tuple(unused)) == {}


def everything() -> tuple[Trust, ...]:
    low = tuple(trust_factory._pair(*pair, -0.3) for pair in (("grad_cam", "occlusion"),))
    other = {
        "sanity": ("other_class", "failed", 1.0),
        "stability": ("seeds", "failed", 0.1),
    }
    return (
        trust(method(**FAILED), method("grad_cam", **other), agreement=low),
        trust(method(**OPEN)),
        trust_factory.trust(),
        Trust(),
    )


@pytest.mark.parametrize("given", everything())
def test_pointers_lead_to_the_number_that_is_quoted(evidence, given):
    document = evidence(given)
    tree = document.model_dump(mode="json")
    said = [one for one in findings(document) if one.rule.startswith("trust")]
    assert said
    for finding in said:
        node = tree
        for part in finding.pointer.split("/")[1:]:
            node = node[int(part)] if isinstance(node, list) else node[part]
        if finding.rule in ("trust-sanity", "trust-faithfulness", "trust-stability"):
            assert node == finding.measures[0].measure.model_dump(mode="json")


@pytest.mark.parametrize("given", everything())
def test_no_finding_promises_what_nobody_can(evidence, given):
    for finding in findings(evidence(given)):
        text = f"{finding.title} {finding.sentence} {finding.action}"
        assert not claims(text, "en"), finding.id
