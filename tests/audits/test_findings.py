"""Findings: a marker-like model is caught, an honest one is clear, boundaries are where the rules say."""

import pytest

from auditor.audits.findings import SEVERITIES, findings
from auditor.audits.findings.words import place
from auditor.common.store import Store
from auditor.explain.evidence import Incident, Metric, Performance
from auditor.explain.trust.documents import MethodTrust, Trust
from tests.documents import factory


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


@pytest.fixture
def found(store):
    return lambda **changes: {f.id: f for f in findings(factory.evidence(store, **changes))}


def with_flips(store, outside, low, inside=0.3):
    marks = list(factory.regions(marker=False))
    marks[0] = marks[0].model_copy(update={"flips": factory.measure(inside)})
    marks[1] = marks[1].model_copy(update={"flips": factory.measure(outside, low=low)})
    return {f.id: f for f in findings(factory.evidence(store, regions=tuple(marks)))}


def test_a_model_that_reads_a_corner_marker_is_caught(found):
    marker = found(marker=True)
    assert marker["outside-flips"].severity == "critical"
    assert marker["grid-cell"].severity == "critical"
    assert "top right corner" in marker["grid-cell"].sentence
    assert len(marker["attribution-outside"].measures) == 3


@pytest.mark.parametrize(
    ("row", "column", "cell", "inside", "severity"),
    [
        (0, 0, 0.4, 0.3, "critical"),
        (0, 0, 0.4, 0.5, "warning"),
        (1, 1, 0.4, 0.3, "warning"),
        (1, 1, 0.4, 0.5, None),
        (0, 0, 0.1, 0.0, None),
    ],
)
def test_a_cell_counts_where_the_relevant_region_does_not_explain_it(
    store, row, column, cell, inside, severity
):
    strong = factory.region("cell", "grid", cell, cell * 0.8, 1 / factory.GRID**2, row, column)
    marks = [strong if (r.row, r.column) == (row, column) else r for r in factory.regions(marker=False)]
    marks[0] = marks[0].model_copy(update={"flips": factory.measure(inside)})
    finding = {f.id: f for f in findings(factory.evidence(store, regions=tuple(marks)))}.get("grid-cell")
    assert (finding.severity if finding else None) == severity


@pytest.mark.parametrize(
    ("name", "value", "fires"),
    [("fit", 0.49, True), ("fit", 0.5, False), ("noise", 0.26, True), ("noise", 0.25, False)],
)
def test_methods_that_estimate_are_held_to_their_own_numbers(store, name, value, fires):
    honest = factory.evidence(store)
    first = honest.methods[0].model_copy(update={name: factory.measure(value)})
    changed = factory.evidence(store, methods=(first, *honest.methods[1:]))
    found = {finding.id: finding for finding in findings(changed)}.get(f"{name}-{first.card.name}")
    assert (found is not None) == fires
    if found is not None:
        assert found.severity == "warning"
        assert f"{100 * value:.1f} %" in found.sentence
        assert found.pointer == f"/methods/0/{name}"


def test_an_honest_model_is_clear_but_for_its_small_groups(found):
    tested = Trust(items=120, methods=(MethodTrust(method="occlusion", trusted=True),))
    assert {id_: f.severity for id_, f in found(trust=tested).items()} == {"groups-suppressed": "note"}


def test_the_gravest_come_first(store):
    order = [SEVERITIES.index(f.severity) for f in findings(factory.evidence(store, marker=True))]
    assert order == sorted(order)
    assert set(order) == {0, 1, 2}


@pytest.mark.parametrize(
    ("outside", "low", "inside", "severity"),
    [
        (0.2, 0.1, 0.05, None),
        (0.2, 0.101, 0.05, "critical"),
        (0.2, 0.101, 0.2, "warning"),
        (0.2, None, 0.05, None),
    ],
)
def test_outside_flips_at_its_boundary(store, outside, low, inside, severity):
    finding = with_flips(store, outside, low, inside).get("outside-flips")
    assert (finding.severity if finding else None) == severity


@pytest.mark.parametrize(
    ("value", "spread", "severity"),
    [(0.7, 0.05, "critical"), (0.79, 0.05, "warning"), (0.81, 0.05, "note"), (0.86, 0.06, None)],
)
def test_accuracy_at_its_threshold(found, value, spread, severity):
    metric = Metric(name="accuracy", of=None, measure=factory.measure(value, spread=spread))
    finding = found(performance=Performance(overall=(metric,), groups=(), confusion=((1, 0), (0, 1)))).get(
        "accuracy"
    )
    assert (finding.severity if finding else None) == severity


@pytest.mark.parametrize(
    ("difference", "spread", "adjusted", "severity"),
    [
        (-0.25, 0.1, 0.01, "critical"),
        (0.25, 0.1, 0.01, "critical"),
        (-0.25, 0.1, 0.05, None),
        (-0.2, 0.1, 0.049, "warning"),
        (-0.05, 0.04, 0.001, "warning"),
    ],
)  # the threshold is 0.1, the confidence 95 %
def test_group_gap_is_beyond_chance_and_critical_where_its_near_end_is_wide(
    store, found, difference, spread, adjusted, severity
):
    gap = factory.gap("sex", "F", difference, p=0.01, adjusted=adjusted, spread=spread)
    changed = factory.performance(0.925).model_copy(update={"gaps": (gap,)})
    finding = found(performance=changed).get("group-gap-sex")
    assert (finding.severity if finding else None) == severity
    assert finding is None or ("sex = F" in finding.sentence and finding.pointer == "/performance/gaps/0")


def test_a_column_has_one_finding_that_names_its_widest_gap(store, found):
    gaps = (
        factory.gap("sex", "F", 0.05, adjusted=0.01),
        factory.gap("age", "old", -0.1, adjusted=0.01, spread=0.05),
        factory.gap("age", "old", -0.3, adjusted=0.02, spread=0.05, name="sensitivity", of="lesion"),
    )
    said = found(performance=factory.performance(0.925).model_copy(update={"gaps": gaps}))
    assert said["group-gap-age"].severity == "critical"
    assert said["group-gap-age"].pointer == "/performance/gaps/2"
    assert (
        "one measure lies below that of the items with another value (80): sensitivity (lesion)"
        in said["group-gap-age"].sentence
    )
    assert len(said["group-gap-age"].measures) == 2
    assert said["group-gap-sex"].severity == "warning"


@pytest.mark.parametrize(("value", "severity"), [(0.6, "critical"), (0.69, "warning"), (0.72, None)])
def test_a_class_that_is_missed_too_often_is_named(found, value, severity):
    metric = Metric(name="sensitivity", of="lesion", measure=factory.measure(value))
    said = found(performance=Performance(overall=(metric,), groups=(), confusion=((1, 0), (0, 1))))
    finding = said.get("sensitivity-lesion")
    assert (finding.severity if finding else None) == severity


@pytest.mark.parametrize(("value", "fires"), [(0.1, False), (0.11, True)])
def test_a_calibration_error_over_its_threshold_is_a_warning(found, value, fires):
    metric = Metric(name="ece", of=None, measure=factory.measure(value))
    said = found(performance=Performance(overall=(metric,), groups=(), confusion=((1, 0), (0, 1))))
    assert ("miscalibration" in said) == fires
    assert not fires or said["miscalibration"].severity == "warning"


def test_missing_masks_duplicates_and_incidents_are_said(store, found):
    facts = factory.evidence(store).validation_set.model_copy(update={"masks": 0, "duplicates": 1})
    said = found(
        validation_set=facts, regions=(), incidents=(Incident(item="x-1", what="It did not decode."),)
    )
    assert said["relevance-untested"].severity == "note"
    assert "1 item is a copy" in said["duplicates"].sentence
    assert "x-1" in said["incidents"].sentence


def test_a_completeness_error_over_the_threshold_is_a_warning(store, found):
    methods = factory.evidence(store).methods
    loose = methods[1].model_copy(update={"completeness": factory.measure(0.051)})
    exact = methods[1].model_copy(update={"completeness": factory.measure(0.05)})
    assert found(methods=(loose,))["completeness-integrated_gradients"].severity == "warning"
    assert "completeness-integrated_gradients" not in found(methods=(exact,))


def test_a_refused_tree_is_a_note_and_an_unfaithful_one_a_warning(found):
    assert found(surrogate=factory.surrogate(accepted=False))["surrogate-unfaithful"].severity == "warning"
    refused = factory.surrogate(accepted=False).model_copy(update={"refused": "There is one decision only."})
    assert found(surrogate=refused)["surrogate-refused"].severity == "note"


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (0, 7, "top right corner"),
        (7, 0, "bottom left corner"),
        (4, 4, "centre"),
        (0, 3, "top edge"),
        (4, 7, "right edge"),
    ],
)
def test_places_are_named_as_a_person_would(row, column, words):
    assert place(row, column, 8) == words


def test_every_pointer_leads_into_the_evidence(store):
    document = factory.evidence(store, marker=True)
    tree = document.model_dump(mode="json")
    for finding in findings(document):
        node = tree
        for part in finding.pointer.split("/")[1:]:
            node = node[int(part)] if isinstance(node, list) else node[part]
