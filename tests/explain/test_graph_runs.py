"""Audits of graphs: parts are taken away, maps hold the nodes that exist, a tree asks about sizes and loops."""

from itertools import combinations

import networkx
import numpy as np
import pytest
import torch
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from torch import Tensor, nn

from auditor.common.errors import Refused
from auditor.common.store import Store
from auditor.explain.assembly import assemble, set_facts, software
from auditor.explain.evidence import ModelFacts, Region
from auditor.explain.globals.graphs import loops
from auditor.explain.globals.importance import importance
from auditor.explain.graphs import Graph, marks_of, parse_graph
from auditor.explain.items import ValidationSet
from auditor.explain.modalities import Subject, modality_of
from auditor.explain.model import AuditedModel
from auditor.explain.plan import MethodPlan
from auditor.explain.plans import NAMES, plan_of
from auditor.explain.runner import explain_shard
from auditor.explain.shortcuts.analysis import shortcuts
from auditor.explain.spec import GraphInput, ItemEntry, Manifest, NodeFeature
from auditor.explain.survey import survey
from tests.explain import toys

SPEC = GraphInput(
    kind="graph",
    nodes=6,
    features=(NodeFeature(name="charge", title="Charge", mean=0.5), NodeFeature(name="idle")),
)
ABOUT = SPEC.model_copy(update={"about": "node"})
PLAN = toys.plan(
    methods=(
        MethodPlan(name="occlusion"),
        MethodPlan(name="grad_cam"),
        MethodPlan(name="gnn_explainer", parameters={"epochs": 3}),
        MethodPlan(name="shapley_sampling", parameters={"permutations": 8}),
    ),
    shard_size=40,
)


class Charge(nn.Module):
    """Says finding where some node's normalised charge, or that of a neighbour over an edge, is above 2."""

    def forward(self, graphs: Tensor) -> Tensor:
        charge = graphs[..., 2:3]
        sent = graphs[..., 4:] @ charge
        score = 20 * (charge.amax(dim=(1, 2)) + 0.01 * sent.sum(dim=(1, 2)) - 2)
        return torch.stack((-score, score), dim=1)


def graph(charged: bool, nodes: int, rng: np.random.Generator, **more: object) -> Graph:
    """A path of nodes; where it is charged, the second carries 5 and is relevant."""
    values = [(0.0, float(rng.integers(9))) for _ in range(nodes)]
    values[1] = (5.0 if charged else 0.0, 1.0)
    edges = tuple((node, node + 1, 1.0) for node in range(nodes - 1))
    return Graph(features=("charge", "idle"), nodes=tuple(values), edges=edges, relevant_nodes=(1,), **more)


def made(root, count=12, spec=SPEC, change=lambda index, one: one):
    store, rng = Store(root), np.random.default_rng(0)
    entries = []
    for index in range(count):
        one = change(index, graph(index % 2 == 1, 3 + index % 4, rng))
        marks = marks_of(one)
        entries.append(
            ItemEntry(
                id=f"g{index}",
                label=toys.CLASSES[index % 2],
                groups={},
                content=store.put(one.to_bytes()),
                mask=None if marks is None else store.put(marks.to_bytes()),
            )
        )
    manifest = Manifest(kind="graph", columns=("charge", "idle"), items=tuple(entries))
    model = AuditedModel(Charge(), toys.spec(input=spec))
    return model, ValidationSet(manifest, store, model.spec), store, manifest


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    model, items, store, _ = made(tmp_path_factory.mktemp("store"))
    return explain_shard(model, items, PLAN, 0, store.put), items


def test_a_run_takes_parts_away_and_finds_the_one_that_decides(run):
    result, _ = run
    assert [region.name for region in result.regions] == ["inside", "outside", "charge", "idle", "edges"]
    found = {region.name: region for region in importance(result.items, result.regions, PLAN)}
    assert found["inside"].flips.value == found["charge"].flips.value == 0.5  # of the charged ones, all
    assert found["outside"].flips.value == found["idle"].flips.value == found["edges"].flips.value == 0.0
    assert found["inside"].shares["occlusion"].value > 0.5
    assert found["charge"].shares["occlusion"].value is None
    assert "when the region is taken away" in found["inside"].flips.method
    assert all(record.effects.donor is None for record in result.items)


def test_areas_count_the_nodes_that_exist(run):
    result, _ = run
    record = result.items[0]
    assert record.effects.area[:3] == (1 / 3, 2 / 3, None)


def test_maps_errors_and_edges_hold_the_nodes_that_exist_alone(run):
    result, _ = run
    for record in result.items:
        count = 3 + record.index % 4
        assert set(record.maps) == {"occlusion", "gnn_explainer", "shapley_sampling"}
        assert {one.array.shape for one in record.maps.values()} == {(count,)}
        assert record.maps["gnn_explainer"].edges.shape == (count, count)
        assert record.maps["occlusion"].edges is None
        assert record.maps["shapley_sampling"].errors.shape == (count,)


def test_a_graph_that_is_too_large_for_the_model_is_an_incident_and_the_run_goes_on(tmp_path):
    def larger(index, one):
        return graph(True, 7, np.random.default_rng(1)) if index == 3 else one

    model, items, store, _ = made(tmp_path, change=larger)
    result = explain_shard(model, items, PLAN, 0, store.put)
    assert len(result.items) == 11
    assert result.incidents[0].item == "g3"
    assert "Item 'g3' has 7 nodes, and the model takes 6 at most." in result.incidents[0].what


def test_a_set_without_a_feature_of_the_model_is_refused_before_anything_runs(tmp_path):
    model, _, store, manifest = made(tmp_path, 4)
    lacking = manifest.model_copy(update={"columns": ("chrage", "idle")})
    with pytest.raises(Refused, match=r"lacks the feature 'charge' .*is 'chrage' meant for 'charge'"):
        ValidationSet(lacking, store, model.spec)


def test_the_focus_is_never_taken_away():
    modality = modality_of(ABOUT)
    one = graph(True, 4, np.random.default_rng(0), focus=1)
    given = modality.read(one.to_bytes(), "item")
    alone = np.array([False, True, False, False])
    assert modality.replaced(_subject(given, alone), Region(name="inside", kind="mask")) is None
    left = modality.replaced(_subject(given, ~alone), Region(name="inside", kind="mask"))
    assert left[:, 0].tolist() == [0, 1, 0, 0, 0, 0]
    assert left[:, 4:].abs().sum() == 0
    assert modality.describe(given, None)["focus_degree"] == 2


def _subject(given: Tensor, mask: np.ndarray) -> Subject:
    return Subject(given, mask, "", given, None, 0, {})


def test_a_feature_becomes_its_mean_on_every_node_and_edges_go():
    modality = modality_of(SPEC)
    given = modality.read(graph(True, 4, np.random.default_rng(0)).to_bytes(), "item")
    _, _, charge, _, edges = modality.regions(True)
    subject = _subject(given, np.zeros(4, bool))
    changed = modality.replaced(subject, charge)
    assert changed[:, 2].tolist() == [0.5, 0.5, 0.5, 0.5, 0, 0]
    assert torch.equal(changed[:, 3:], given[:, 3:])
    assert modality.replaced(subject, edges)[:, 4:].abs().sum() == 0
    assert modality.owned(charge, None) is None


def test_relevant_nodes_are_the_named_ones_or_the_ends_of_relevant_edges():
    one = graph(True, 4, np.random.default_rng(0))
    assert marks_of(one).relevant == (1,)
    by_edges = one.model_copy(update={"relevant_nodes": None, "relevant_edges": ((2, 3),)})
    assert marks_of(parse_graph(by_edges.to_bytes(), "g")).relevant == (2, 3)
    assert marks_of(one.model_copy(update={"relevant_nodes": None})) is None
    modality = modality_of(SPEC)
    everything = one.model_copy(update={"relevant_nodes": (0, 1, 2, 3)})
    assert modality.relevant(marks_of(everything).to_bytes(), "g") is None


@drawn(st.integers(3, 8), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_loops_are_those_that_an_enumeration_finds(nodes, random):
    pairs = [pair for pair in combinations(range(nodes), 2) if random.random() < 0.5]
    peer = networkx.Graph(pairs)
    peer.add_nodes_from(range(nodes))
    joined = networkx.to_numpy_array(peer, nodelist=range(nodes)) != 0
    lengths = [len(cycle) for cycle in networkx.simple_cycles(peer, length_bound=5)]
    found = loops(joined)
    assert [found[name] for name in ("triangles", "squares", "pentagons")] == [
        lengths.count(n) for n in (3, 4, 5)
    ]
    assert found["clustering"] == pytest.approx(networkx.average_clustering(peer))


def test_a_graph_is_described_in_words_and_numbers():
    modality = modality_of(SPEC)
    one = graph(True, 4, np.random.default_rng(0))
    found = modality.describe(modality.read(one.to_bytes(), "item"), None)
    assert {feature.name for feature in modality.features} == set(found)
    assert (found["nodes"], found["edges"], found["leaves"], found["components"]) == (4, 3, 2, 1)
    assert (found["density"], found["max_degree"], found["mean:charge"]) == (0.5, 2, 1.25)


def test_the_evidence_asks_about_sizes_and_loops_and_counts_relevant_nodes(tmp_path):
    model, items, store, manifest = made(tmp_path, 40)
    result = explain_shard(model, items, PLAN, 0, store.put)
    facts = ModelFacts(
        digest="1" * 64, weights="2" * 64, spec=model.spec, parameters=0, layer=None, tier="gradients"
    )
    counted = set_facts(manifest, "3" * 64, "toys", "")

    def ask(records, entries):
        return survey(model, items, records, entries, PLAN, store.put)

    def look(records, regions):
        return shortcuts(model.spec, items, records, regions, PLAN, store.put)

    found = assemble(facts, counted, PLAN, software(), [("4" * 64, result)], ask, look)
    assert found.validation_set.masks == 40
    assert {"Loops of four nodes", "Charge, mean over the nodes"} <= {
        one.title for one in found.surrogate.features
    }
    assert found.surrogate.nodes[0].feature == "mean:charge"
    assert found.surrogate.fidelity.value == 1.0
    methods = {one.card.name: one for one in found.methods}
    assert not methods["grad_cam"].applicable
    assert methods["occlusion"].outside.value < 0.5


@pytest.mark.parametrize("name", NAMES)
def test_every_plan_explains_a_graph(tmp_path, name):
    model, items, store, _ = made(tmp_path, 2)
    plan = plan_of(name, "graph")
    record = explain_shard(model, items, plan, 0, store.put).items[1]
    assert set(record.maps) == {planned.name for planned in plan.methods}
