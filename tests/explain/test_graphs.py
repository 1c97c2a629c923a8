"""Graphs: what is read is what was written, and the network that reads them is torch_geometric's."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from auditor.common.errors import Refused
from auditor.explain.graphs import MOST_BYTES, Graph, parse_graph
from auditor.explain.methods.base import Question
from auditor.explain.methods.catalog import method
from auditor.explain.packing import encode_graph, relevant
from auditor.explain.spec import GraphInput
from examples.graphs.mutag import ATOMS, CLASSES, molecules
from tests.explain import graph_toys as toys

GRAPH = {
    "features": ["charge", "age", "degree"],
    "nodes": [[0, 1, 2], [3, 4, 5], [6, 7, 8.5]],
    "edges": [[1, 0], [1, 2, 0.5]],
}
MUTAG = Path(__file__).parents[2].parent / "shared" / "data" / "graph" / "MUTAG"


@st.composite
def graphs(draw: st.DrawFn) -> dict:
    count, directed = draw(st.integers(1, 8)), draw(st.booleans())
    number = st.floats(-1e6, 1e6, width=32)
    pairs = [(a, b) for a in range(count) for b in range(count) if (a != b if directed else a < b)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    turned = [pair if directed or draw(st.booleans()) else pair[::-1] for pair in chosen]
    weights = st.one_of(st.just(()), st.tuples(st.floats(0.125, 8, width=32)))
    return {
        "features": list(toys.NAMES),
        "nodes": draw(st.lists(st.lists(number, min_size=3, max_size=3), min_size=count, max_size=count)),
        "edges": [[*pair, *draw(weights)] for pair in turned],
        "directed": directed,
        "relevant_edges": [list(pair) for pair in turned[:2]],
    }


def read(**changed: object) -> Graph:
    return parse_graph(json.dumps(GRAPH | changed).encode(), "a.json")


@settings(deadline=None, max_examples=60)
@given(written=graphs())
def test_what_is_written_is_what_is_packed(written):
    graph, spec = parse_graph(json.dumps(written).encode(), "a.json"), toys.given(9)
    rows, count = encode_graph(graph, spec, "a.json"), len(written["nodes"])
    assert rows[:, 0].tolist() == [1.0] * count + [0.0] * (9 - count)
    assert rows[:count, spec.columns].tolist() == [[float(v) for v in node] for node in written["nodes"]]
    expected = np.zeros((9, 9), np.float32)
    for first, second, *weight in written["edges"]:
        expected[second, first] = weight[0] if weight else 1
        if not written["directed"]:
            expected[first, second] = expected[second, first]
    assert np.array_equal(rows[:, spec.columns.stop :].numpy(), expected)
    _, edges = relevant(graph, spec)
    assert set(zip(*np.nonzero(edges), strict=True)) <= set(zip(*np.nonzero(expected), strict=True))
    assert edges.sum() == len(written["relevant_edges"]) * (1 if written["directed"] else 2)


@settings(deadline=None, max_examples=60)
@given(written=graphs(), order=st.randoms())
def test_equal_graphs_have_equal_bytes(written, order):
    graph = parse_graph(json.dumps(written).encode(), "a.json")
    assert parse_graph(graph.to_bytes(), "a.json") == graph
    order.shuffle(written["edges"])
    order.shuffle(written["relevant_edges"])
    assert parse_graph(json.dumps(written, indent=2).encode(), "b.json").to_bytes() == graph.to_bytes()


@settings(deadline=None, max_examples=100)
@given(
    content=st.binary(max_size=60)
    | st.recursive(st.none() | st.floats() | st.text(), st.lists).map(
        lambda value: json.dumps(GRAPH | {"edges": value, "nodes": value}).encode()
    )
)
def test_whatever_is_no_graph_is_refused_by_name(content):
    with pytest.raises(Refused, match=r"^a.json"):
        parse_graph(content, "a.json")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            {"edges": [[0, 1], [1, 40]]},
            "edge 1 leads to node 40, and the graph has 3 nodes (they count from 0)",
        ),
        (
            {"edges": [[0, 1], [-1, 0]]},
            "a.json, edge 1, number 0: input should be greater than or equal to 0",
        ),
        ({"edges": [[2, 2]]}, "edge 0 leads from node 2 to itself; leave such edges out"),
        (
            {"edges": [[0, 1], [1, 2], [1, 0]]},
            "edge 2 joins the same nodes as edge 0; an edge goes both ways",
        ),
        ({"edges": [[0, 1], [0, 1]], "directed": True}, "edge 1 joins the same nodes as edge 0."),
        ({"edges": [[0, 1, 0]]}, "edge 0 has the weight 0, which is no edge"),
        ({"edges": [[0, 1, "heavy"]]}, "a.json, edge 0, number 2: input should be a valid number"),
        ({"edges": [[0.5, 1]]}, "a.json, edge 0, number 0: input should be a valid integer"),
        ({"edges": [[0]]}, "a.json, edge 0, number 1: field required"),
        ({"nodes": [[0, 1, 2], [0, 1]], "edges": []}, "node 1 has 2 numbers, and the graph names 3 features"),
        ({"nodes": [[0, 1, float("nan")]]}, "a.json, node 0, number 2: input should be a finite number"),
        (
            {"nodes": [[0, 1, 1e300]]},
            "a.json, node 0, number 2: input should be less than or equal to 1000000000",
        ),
        ({"nodes": []}, "a.json, field nodes: at least 1 entries are needed, not 0"),
        ({"nodes": [[1, 2, 3]] * 2001}, "a.json, field nodes: at most 2000 entries are allowed, not 2001"),
        ({"features": ["a", "a", "b"]}, "a feature is named twice"),
        ({"focus": 3}, "the focus is node 3, and the graph has 3 nodes"),
        ({"nodes": [[1, 2, 3]], "edges": [], "focus": 0}, "the focus is the only node"),
        ({"relevant_nodes": [0, 7]}, "the relevant node is node 7"),
        ({"relevant_edges": [[0, 2]]}, "the relevant edge from 0 to 2 is no edge of the graph"),
        ({"direction": True}, "a.json, field direction: extra inputs are not permitted"),
    ],
)
def test_what_is_wrong_is_named(changed, words):
    with pytest.raises(Refused, match=re.escape(words)) as refusal:
        read(**changed)
    assert refusal.value.sentence.startswith("a.json")


def test_a_graph_is_bounded_before_it_is_read():
    with pytest.raises(Refused, match="a graph may have 16777216; cut it into smaller ones"):
        parse_graph(b" " * (MOST_BYTES + 1), "a.json")


def test_a_graph_that_does_not_fit_the_model_is_refused():
    graph = read()
    assert encode_graph(graph, toys.given(3), "a.json")[1].tolist() == [1, 0, 4, 5, 3, 1, 0, 0.5]
    with pytest.raises(Refused, match=r"a.json has 3 nodes, and the model takes 2 at most"):
        encode_graph(graph, toys.given(2), "a.json")
    renamed = graph.model_copy(update={"features": ("charg", "age", "degree")})
    with pytest.raises(
        Refused, match=r"a.json lacks the feature 'charge' .* \(is 'charg' meant for 'charge'\?\)"
    ):
        encode_graph(renamed, toys.given(3), "a.json")
    with pytest.raises(Refused, match="names no focus, and the model answers about one node"):
        encode_graph(graph, toys.given(3, "node"), "a.json")
    with pytest.raises(Refused, match="names a focus, and the model answers about whole graphs"):
        encode_graph(read(focus=1), toys.given(3), "a.json")
    assert encode_graph(read(focus=1), toys.given(3, "node"), "a.json")[:, 1].tolist() == [0, 1, 0]
    with pytest.raises(ValidationError, match="a feature is named twice"):
        GraphInput.model_validate({"kind": "graph", "nodes": 3, "features": [{"name": "a"}, {"name": "a"}]})


@pytest.mark.parametrize("readout", ["mean", "sum", "max", "focus"])
@pytest.mark.parametrize("convolution", ["gcn", "gin", "sage"])
def test_the_network_is_torch_geometrics(convolution, readout):
    focus = 2 if readout == "focus" else None
    spec = toys.given(about="graph" if focus is None else "node")
    model = toys.model(spec, convolution=convolution, readout=readout)
    peer = toys.Geometric(model)
    for seed in range(4):
        graph = toys.random_graph(seed, 5 + seed, focus, directed=seed % 2 == 1)
        found = model.logits(encode_graph(graph, spec, "a graph")[None])
        assert (found - peer(*toys.sparse(model, graph), focus)).abs().max() < 1e-5


@pytest.mark.parametrize("convolution", ["gcn", "gin", "sage"])
def test_more_room_changes_nothing(convolution):
    graph = toys.random_graph(1)
    answers = [
        (model := toys.model(toys.given(nodes), convolution=convolution)).logits(
            toys.packed([graph], model.spec.input)
        )
        for nodes in (7, 12)
    ]
    assert torch.allclose(*answers, atol=1e-6)


def test_what_is_not_a_feature_of_a_node_is_not_scaled():
    model, rows = toys.model(), toys.question().inputs
    seen = model.scorer.normalised(rows)
    assert torch.equal(seen[..., :2], rows[..., :2])
    assert torch.equal(seen[..., 5:], rows[..., 5:])
    assert torch.allclose(
        seen[0, :7, 2:5], (rows[0, :7, 2:5] - torch.tensor([0.5, -1, 0])) / torch.tensor([2, 0.5, 1])
    )
    assert not seen[0, 7:].any()


def test_the_baseline_keeps_the_graph_and_the_background_lends_features():
    model, asked = toys.model(), toys.question()
    blank = model.baseline(None, asked.inputs)
    assert torch.equal(blank[..., [0, 1, *range(5, 15)]], asked.inputs[..., [0, 1, *range(5, 15)]])
    assert blank[1, :5, 2:5].tolist() == [[0.5, -1, 0]] * 5
    assert not blank[1, 5:].any()
    with pytest.raises(Refused, match="baseline of a graph is the means of its nodes' features"):
        method("occlusion", {"baseline": 0.5}).attribute(model, asked, 4)
    lent = model.references(asked.inputs[0], asked.background)
    assert torch.equal(lent[:, :, 5:], asked.inputs[[0, 0]][:, :, 5:])
    assert torch.equal(lent[0, :7, 2:5], asked.background[0][[0, 1, 2, 3, 0, 1, 2], 2:5])
    assert torch.equal(lent[1, :7, 2:5], asked.background[1][:7, 2:5])
    assert not lent[:, 7:].any()
    spread = model.spread(asked.inputs[:1])
    assert spread[:, 2:5].tolist() == [[2, 0.5, 1]] * 7 + [[0, 0, 0]] * 3
    assert float(spread.sum()) == 7 * 3.5


@pytest.mark.skipif(not MUTAG.is_dir(), reason="the MUTAG molecules are not on this machine")
def test_molecules_are_graphs():
    found = molecules(MUTAG)
    assert len(found) == 188
    assert sum(label for _, label in found) == 125
    assert sum(len(graph.nodes) for graph, _ in found) == 3371
    assert sum(len(graph.edges) for graph, _ in found) == 7442 // 2
    spec = GraphInput(kind="graph", nodes=28, features=[{"name": atom} for atom in ATOMS])
    rows = torch.stack(
        [encode_graph(parse_graph(graph.to_bytes(), "a molecule"), spec, "a molecule") for graph, _ in found]
    )
    assert rows[:, :, spec.columns].sum() == 3371
    model = toys.model(spec, convolution="gin", readout="sum")
    scores = model.probabilities(rows)
    assert scores.shape == (188, len(CLASSES))
    assert torch.isfinite(scores).all()
    asked = Question(rows[:4], scores[:4].argmax(dim=1), (0, 1, 2, 3))
    assert float(method("deep_lift").attribute(model, asked, 4).completeness.max()) < 1e-3
