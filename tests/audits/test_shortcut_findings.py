"""Findings about shortcuts: a column that is decided by, one that the set cannot tell from the label, and neither."""

from dataclasses import replace

import pytest

from auditor.audits.findings import findings
from auditor.common.store import Store
from auditor.explain.shortcuts.analysis import columns
from auditor.explain.shortcuts.clusters import clusterings
from auditor.explain.shortcuts.documents import Shortcuts
from auditor.explain.shortcuts.verdict import verdict
from reports.documents.html import page
from tests.documents import factory
from tests.explain import shortcut_toys


def looked(seen, put):
    found, clustered = columns(seen), clusterings(seen, put)
    return Shortcuts(
        columns=found, clusterings=clustered, verdict=verdict((), None, clustered, found, seen.plan)
    )


def of_columns(evidence):
    return {one.id: one for one in findings(evidence) if one.rule == "shortcut-column"}


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


def test_a_column_that_the_model_decides_by_is_critical_with_its_numbers(store):
    evidence = factory.evidence(store, shortcuts=looked(shortcut_toys.seen(1, follows="site"), store.put))
    assert set(of_columns(evidence)) == {"shortcut-site"}
    found = of_columns(evidence)["shortcut-site"]
    assert found.severity == "critical"
    assert found.title == "The model decides by site"
    assert found.sentence.startswith("Images are told apart by site. Among items of the same label, site")
    column = next(one for one in evidence.shortcuts.columns if one.name == "site")
    drop = next(one for one in column.within if one.name == "auroc")
    quoted = [one.measure for one in found.measures]
    assert (quoted[0], *quoted[2:5]) == (drop.drop, drop.overall, drop.within, column.separation)
    maps = next(one for one in column.associations if one.of == "lime")
    assert quoted[5] == maps.effect
    assert quoted[6:] == [one.outside for one in evidence.methods]
    assert "beyond chance" in found.sentence
    assert "Outside of the relevant region lies this much of the attribution: Grad-CAM" in found.sentence
    assert f"{drop.within.value:.2f}" in found.sentence
    line = evidence.shortcuts.verdict.lines[int(found.pointer.rpartition("/")[2])]
    assert (line.kind, line.subject) == ("column", "site")


def test_a_column_that_only_goes_along_with_the_label_is_none(store):
    evidence = factory.evidence(store, shortcuts=looked(shortcut_toys.seen(1, follows="label"), store.put))
    assert not of_columns(evidence)
    assert evidence.shortcuts.verdict.outcome != "found"


def test_a_column_that_the_set_cannot_tell_from_the_label_is_a_warning(store):
    seen = shortcut_toys.seen(1, follows="site", agreement=1.0)
    found = of_columns(factory.evidence(store, shortcuts=looked(seen, store.put)))["shortcut-site"]
    assert found.severity == "warning"
    assert "Each label has one value only" in found.sentence


def test_a_higher_threshold_turns_the_finding_into_a_warning(store):
    seen = shortcut_toys.seen(1, follows="site")
    strict = seen.plan.model_copy(
        update={"thresholds": seen.plan.thresholds.model_copy(update={"shortcut_drop": 0.9})}
    )
    evidence = factory.evidence(store, plan=strict, shortcuts=looked(replace(seen, plan=strict), store.put))
    assert of_columns(evidence)["shortcut-site"].severity == "warning"


def test_the_chapter_prints_the_verdict_and_every_column(store):
    shown = looked(shortcut_toys.seen(1, follows="site"), store.put)
    evidence = factory.evidence(store, shortcuts=shown)
    html = page(factory.snapshot(evidence), store).html
    assert "A shortcut was found." in html
    assert "Performance among items alike in a column" in html
    assert "site = B" in html
    assert "Mean absolute attribution of each group" in html
    none = page(factory.snapshot(factory.evidence(store)), store).html
    assert "The set allows none of these tests." in none
