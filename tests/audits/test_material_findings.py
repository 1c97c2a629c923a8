"""Findings on the material: missing labels, copies and items that were learnt from, at the borders of the rules."""

import pytest

from auditor.audits.findings import Finding, findings
from auditor.common.store import Store
from auditor.explain.material.documents import (
    Across,
    Copies,
    MissingGroup,
    MissingLabels,
    Overlap,
    Pair,
    Pairs,
)
from tests.documents import factory

PAIRS = Pairs(
    count=2,
    labels=1,
    across=(Across(column="site", pairs=2),),
    listed=(Pair(first="film-1", second="film-9", labels=True, across=("site",)),),
)


@pytest.fixture
def found(tmp_path):
    made = factory.evidence(Store(tmp_path))

    def of(**changes: object) -> dict[str, Finding]:
        facts = made.validation_set.model_copy(update=changes)
        return {f.id: f for f in findings(made.model_copy(update={"validation_set": facts}))}

    return of


def test_material_in_order_gives_no_finding(found):
    ids = {"two-labels", "near-copies", "unlabelled", "seen-in-training", "duplicates"}
    assert not ids & found().keys()
    assert not ids & found(training=Overlap(digest="a" * 64, listed=7)).keys()


@pytest.mark.parametrize(
    ("missing", "p", "rows", "severity"),
    [
        (5, 0.5, 50, "note"),
        (6, 0.5, 50, "warning"),
        (1, 0.04, 50, "warning"),
        (1, 0.051, 50, "note"),
        (1, 0.001, 9, "note"),
        (1, None, 50, "note"),
    ],
)
def test_missing_labels_warn_where_they_are_many_or_fall_unequally(found, missing, p, rows, severity):
    group = MissingGroup(column="site", value="south", missing=1, rows=rows, p=p)
    said = found(unlabelled=MissingLabels(missing=missing, rows=100, groups=(group,)))["unlabelled"]
    assert said.severity == severity
    assert said.threshold.value == 0.05
    assert f"{missing} row" in said.sentence
    assert ("beyond chance" in said.sentence) == (p is not None and p < 0.05 and rows >= 10)


def test_the_same_picture_with_two_labels_is_critical(found):
    said = found(copies=Copies(exact=PAIRS))["two-labels"]
    assert said.severity == "critical"
    assert "film-1 and film-9" in said.sentence
    assert "two-labels" not in found(copies=Copies(exact=PAIRS.model_copy(update={"labels": 0})))


def test_near_copies_say_how_many_have_two_labels_and_join_groups(found):
    said = found(copies=Copies(near=PAIRS, rule="r"))["near-copies"]
    assert said.severity == "warning"
    assert "2 pairs of items" in said.sentence
    assert "1 pair has two labels." in said.sentence
    assert "2 pairs join two values of site." in said.sentence
    many = found(copies=Copies(near=PAIRS.model_copy(update={"complete": False}), rule="r"))["near-copies"]
    assert many.sentence.startswith("At least 2 pairs")


def test_items_that_were_learnt_from_are_critical(found):
    said = found(training=Overlap(digest="a" * 64, listed=900, seen=1, items=("film-7",)))["seen-in-training"]
    assert said.severity == "critical"
    assert "1 item of 120 is on the list" in said.sentence
    assert "film-7" in said.sentence
