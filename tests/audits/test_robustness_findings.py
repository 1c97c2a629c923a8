"""Findings about graded changes: harmless ones that alter decisions or move maps, and where the lines are drawn."""

import pytest

from auditor.audits.findings import findings
from auditor.common.store import Store
from auditor.explain.robustness.catalog import kinds
from auditor.explain.robustness.documents import Robustness
from tests.documents import factory

KINDS = kinds("image")


@pytest.fixture
def found(tmp_path):
    def of(robustness):
        every = findings(factory.evidence(Store(tmp_path), robustness=robustness))
        return {one.id: one for one in every}

    return of


def altering(name: str, share: float, accuracy: float = 0.92, **changes: object):
    """A change whose harmless level alters a share of decisions and leaves an accuracy."""
    made = factory.change(KINDS[name], (0.925, accuracy, 0.7, 0.7, 0.6), (0.0, share, 0.3, 0.3, 0.3))
    level = made.levels[1].model_copy(update=changes)
    return made.model_copy(update={"levels": (made.levels[0], level, *made.levels[2:])})


@pytest.mark.parametrize(
    ("share", "accuracy", "severity"),
    [
        (0.05, 0.925, None),  # at the threshold
        (0.06, 0.925, "warning"),  # above, the interval is not
        (0.12, 0.925, "warning"),  # beyond chance, accuracy is not lower
        (0.06, 0.80, "warning"),  # accuracy falls, decisions not beyond chance
        (0.12, 0.89, "warning"),  # accuracy falls by 0.035, and the interval includes 0
        (0.12, 0.88, "critical"),  # it falls by 0.045, from 0.005 on
    ],
)
def test_a_harmless_change_that_alters_decisions_is_found(found, share, accuracy, severity):
    finding = found(factory.robustness(blur=altering("blur", share, accuracy))).get("harmless-changes")
    assert (finding.severity if finding else None) == severity
    if finding is not None:
        assert f"{100 * share:.1f} %" in finding.sentence
        assert "One harmless change, blur (0.25 % of the side), altered" in finding.sentence
        assert finding.pointer == "/robustness/changes/1/levels/1/changed"
        assert finding.threshold.name == "harmless_flips"
        assert "AI Act Art. 15(4)" in finding.hook
        assert "GDPR Art. 32(1)(b)" in finding.hook


def test_larger_doses_may_alter_decisions(found):
    strong = factory.change(KINDS["blur"], (0.925, 0.92, 0.5, 0.5, 0.5), (0.0, 0.01, 0.9, 0.9, 0.9))
    assert "harmless-changes" not in found(factory.robustness(blur=strong))


def test_the_gravest_change_gives_the_sentence_and_others_are_listed(found):
    finding = found(
        factory.robustness(
            noise=altering("noise", 0.3), blur=altering("blur", 0.12, 0.8), shift=altering("shift", 0.07)
        )
    )["harmless-changes"]
    assert finding.severity == "critical"
    assert finding.sentence.startswith("One harmless change, blur ")
    assert "noise (30.0 %), shift (7.0 %)" in finding.sentence
    assert [one.label for one in finding.measures] == [
        f"decisions altered, {name}" for name in ("blur", "noise", "shift")
    ]


@pytest.mark.parametrize(("value", "fires"), [(0.65, True), (0.66, False), (0.8, False)])
def test_maps_that_move_where_the_decision_stays_are_found(found, value, fires):
    good = (0.925, 0.92, 0.9, 0.8, 0.6), (0.0, 0.01, 0.05, 0.2, 0.55)
    moved = factory.change(KINDS["contrast"], *good, similarity=value)
    finding = found(factory.robustness(contrast=moved)).get("harmless-explanations-grad_cam")
    assert (finding is not None) == fires  # the interval is 0.04 to either side
    if finding is not None:
        assert finding.severity == "warning"
        assert "0.65 (95 % interval 0.61 to 0.69)" in finding.sentence
        assert finding.pointer == "/robustness/changes/2/similarity/grad_cam"


def test_what_was_not_measured_is_noted_with_its_reason(found):
    assert "robustness-unmeasured" not in found(factory.robustness())
    finding = found(Robustness(reason="The plan asks for no item to be changed."))["robustness-unmeasured"]
    assert finding.severity == "note"
    assert "no item to be changed" in finding.sentence
