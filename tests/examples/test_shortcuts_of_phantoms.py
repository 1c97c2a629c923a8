"""The audit of the bundled pair calls the model that reads the marker a shortcut learner and clears the other."""

import csv
from pathlib import Path

import pytest

from auditor.audits.findings import findings
from auditor.common.store import Store
from auditor.explain.assembly import assemble, set_facts, software
from auditor.explain.evidence import ModelFacts, Survey
from auditor.explain.items import ValidationSet
from auditor.explain.model import load
from auditor.explain.plan import MethodPlan, Plan
from auditor.explain.robustness.settings import RobustnessPlan
from auditor.explain.runner import explain_shard
from auditor.explain.shortcuts.analysis import shortcuts
from auditor.explain.spec import ItemEntry, Manifest, ModelSpec
from auditor.explain.trust.settings import TrustPlan

PHANTOMS = Path(__file__).parents[2] / "examples" / "phantoms"
FILMS = PHANTOMS / "validation"
COUNT = 64
PLAN = Plan(
    methods=(MethodPlan(name="grad_cam"),),
    shard_size=COUNT,
    batch_size=32,
    resamples=300,
    grid=4,
    trust=TrustPlan(items=0),
    robustness=RobustnessPlan(items=0),
)


def entries(store):
    with (FILMS / "labels.csv").open() as file:
        rows = list(csv.DictReader(file))[:COUNT]
    for row in rows:
        image, mask = (
            store.put((FILMS / part / f"{row['id']}.png").read_bytes()) for part in ("images", "masks")
        )
        groups = {column: row[column] for column in ("sex", "site", "view")}
        yield ItemEntry(id=row["id"], label=row["label"], groups=groups, content=image, mask=mask)


def audited(root, name):
    """Return the evidence of a small audit of a bundled model."""
    store, folder = Store(root), PHANTOMS / "models" / name
    spec = ModelSpec.parse((folder / "model.json").read_bytes(), name="model.json")
    model, manifest = load(spec, folder / spec.weights), Manifest(items=tuple(entries(store)))
    items = ValidationSet(manifest, store, spec)
    shard = explain_shard(model, items, PLAN, 0, store.put)
    facts = ModelFacts(
        digest="1" * 64,
        weights="2" * 64,
        spec=spec,
        parameters=model.parameters,
        layer=model.default_layer,
        tier=model.tier,
    )
    return assemble(
        facts,
        set_facts(manifest, "3" * 64, "films", ""),
        PLAN,
        software(),
        [("4" * 64, shard)],
        lambda _records, _entries: Survey(),
        lambda records, regions: shortcuts(spec, items, records, regions, PLAN, store.put),
    )


@pytest.fixture(scope="module")
def marker(tmp_path_factory):
    return audited(tmp_path_factory.mktemp("marker"), "marker")


@pytest.fixture(scope="module")
def honest(tmp_path_factory):
    return audited(tmp_path_factory.mktemp("honest"), "honest")


def test_the_model_that_reads_the_marker_is_called_a_shortcut_learner(marker):
    assert marker.shortcuts.verdict.outcome == "found"
    lines = {line.kind: line for line in marker.shortcuts.verdict.lines if line.outcome == "found"}
    assert set(lines) == {"exchange", "spot"}
    found = {finding.id: finding for finding in findings(marker)}
    spot = found["shortcut-spot"]
    assert spot.severity == "critical"
    assert "top right corner; row 1, column 4 of the grid" in spot.sentence
    assert "decided as lesion" in spot.sentence
    assert spot.hook == "GDPR Art. 5(1)(a), 9, 25"
    assert found["outside-flips"].severity == "critical"
    assert not {"grid-cell", "attribution-outside"} & set(found)
    mass = next(one for one in marker.shortcuts.outside if one.value == "lesion")
    assert mass.shares["grad_cam"].low > mass.area.value


def test_the_honest_model_is_cleared_by_upper_bounds(honest):
    verdict = honest.shortcuts.verdict
    assert verdict.outcome == "not found"
    assert {line.outcome for line in verdict.lines} == {"not found"}
    assert {line.subject for line in verdict.lines if line.kind == "column"} == {"sex", "site", "view"}
    assert honest.shortcuts.beyond.high < 0
    assert not any(finding.rule.startswith("shortcut") for finding in findings(honest))
    mass = next(one for one in honest.shortcuts.outside if one.value == "lesion")
    assert mass.shares["grad_cam"].high < mass.area.value


def test_every_cluster_is_accounted_for(marker, honest):
    for evidence in (marker, honest):
        for clustering in evidence.shortcuts.clusterings:
            described = sum(cluster.n for cluster in clustering.clusters)
            assert described + clustering.left_out == clustering.n
            assert all(cluster.n >= PLAN.minimum_group for cluster in clustering.clusters)
            assert all(sum(cluster.labels.values()) == cluster.n for cluster in clustering.clusters)
