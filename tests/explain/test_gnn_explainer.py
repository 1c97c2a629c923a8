"""GNNExplainer: its masks are torch_geometric's from the same start, and they find the motif that decides."""

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor
from torch_geometric.explain import Explainer
from torch_geometric.explain import GNNExplainer as Peer

from auditor.common.errors import Refused
from auditor.explain.architectures import build
from auditor.explain.graphs import Graph, parse_graph
from auditor.explain.methods.base import Attribution, Question
from auditor.explain.methods.catalog import method
from auditor.explain.methods.gnn_explainer import GNNExplainer
from auditor.explain.model import AuditedModel
from auditor.explain.packing import encode_graph, relevant
from auditor.explain.spec import GraphInput, NodeFeature
from examples.graphs.ba_shapes import (
    CYCLE,
    HOUSE,
    LABELS,
    MOTIFS,
    about,
    ba_2motifs,
    ba_shapes,
    barabasi_albert,
)
from tests.explain import graph_toys as toys
from tests.explain import toys as images

ONE = (NodeFeature(name="one"),)
COEFFICIENTS = {
    "edge_reduction": "mean",
    "edge_size": 0.3,
    "node_feat_reduction": "sum",
    "node_feat_ent": 0.3,
}


def peers_masks(
    model: AuditedModel,
    graph: Graph,
    target: int,
    seed: int,
    kind: str,
    epochs: int = 100,
    **coefficients: object,
) -> tuple[Tensor, Tensor]:
    """torch_geometric's node mask and its edge mask as a matrix (receivers, senders), from the same random start."""
    x, edge_index = toys.sparse(model, graph)
    explainer = Explainer(
        toys.Geometric(model),
        Peer(epochs=epochs, **coefficients),
        explanation_type="phenomenon",
        model_config={"mode": "multiclass_classification", "task_level": "graph", "return_type": "raw"},
        node_mask_type=kind,
        edge_mask_type="object",
    )
    torch.manual_seed(seed)
    found = explainer(x, edge_index, target=torch.tensor([target]), focus=graph.focus)
    edges = torch.zeros(model.spec.input.nodes, model.spec.input.nodes)
    edges[edge_index[1], edge_index[0]] = found.edge_mask
    return found.node_mask, edges


@pytest.mark.parametrize("kind", ["object", "attributes", "common_attributes"])
@pytest.mark.parametrize("convolution", ["gcn", "gin"])
def test_masks_agree_with_torch_geometrics_from_the_same_start(convolution, kind):
    model, asked = toys.model(convolution=convolution), toys.question()
    coefficients = COEFFICIENTS if kind == "attributes" else {}
    made = GNNExplainer({"node_mask": kind, **coefficients})
    features, edges = made.masks(model, asked)
    for item, nodes in enumerate((7, 5, 6)):
        graph = toys.random_graph(20 + item, nodes)
        peer = peers_masks(model, graph, int(asked.targets[item]), asked.seeds[item], kind, **coefficients)
        own = features[item] if kind == "common_attributes" else features[item, :nodes]
        assert (own - peer[0]).abs().max() <= 1e-4
        assert (edges[item] - peer[1]).abs().max() <= 1e-4


def test_masks_about_one_node_agree_with_torch_geometrics():
    spec = toys.given(about="node")
    model, asked = toys.model(spec, readout="focus"), toys.question(focus=True)
    features, edges = GNNExplainer({}).masks(model, asked)
    for item, nodes in enumerate((7, 5, 6)):
        graph = toys.random_graph(20 + item, nodes, focus=2)
        peer = peers_masks(model, graph, int(asked.targets[item]), asked.seeds[item], "attributes")
        assert (features[item, :nodes] - peer[0]).abs().max() <= 1e-4
        assert (edges[item] - peer[1]).abs().max() <= 1e-4


class EveryNode(torch.nn.Module):
    """A node-level SmallGNN that answers about all nodes of one graph at once, for training."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, rows: Tensor) -> Tensor:
        nodes, edges = rows[..., 2:3], rows[..., 3:]
        for convolution, relu in zip(self.network.convolutions, self.network.relus, strict=True):
            nodes = relu(convolution(nodes, edges))
        return self.network.head(nodes[0])


def trained(network: torch.nn.Module, rows: Tensor, labels: Tensor, epochs: int) -> float:
    """Train a network and return the share of right answers."""
    adam = torch.optim.Adam(network.parameters(), lr=0.01, weight_decay=5e-3)
    for _ in range(epochs):
        adam.zero_grad()
        torch.nn.functional.cross_entropy(network(rows), labels).backward()
        adam.step()
    with torch.no_grad():
        return float((network(rows).argmax(dim=1) == labels).float().mean())


def test_edges_of_a_nodes_house_get_more_mask_than_others_in_reach():
    graph, labels = ba_shapes(np.random.default_rng(0), base=40, houses=10)
    spec = GraphInput(kind="graph", nodes=90, features=ONE, about="node")
    config = {"features": 1, "classes": 4, "hidden": [20, 20, 20], "readout": "focus"}
    asked = [about(graph, node, 40) for node in range(40, 90, 6)]  # the attached corner, then the next, ...
    rows = torch.stack([encode_graph(one, spec, "shapes") for one in asked])
    torch.manual_seed(0)
    network = build("retrace.SmallGNN", config)
    assert trained(EveryNode(network), rows[:1], torch.tensor(labels), epochs=800) > 0.95
    model = AuditedModel(network, images.spec(input=spec, output={"classes": LABELS}))
    question = Question(rows, torch.tensor([labels[one.focus] for one in asked]), tuple(range(len(asked))))
    found = method("gnn_explainer", {"epochs": 150}).attribute(model, question, 16)
    areas = []
    for one, values in zip(asked, found.edges, strict=True):
        both = ((values + values.T) / 2).numpy()
        areas.append(roc_auc_score(relevant(one, spec)[1][both > 0], both[both > 0]))
    assert np.mean(areas) > 0.8


def test_an_item_is_answered_alike_whoever_is_asked_beside_it():
    model, asked = toys.model(), toys.question()
    made = method("gnn_explainer", {"epochs": 30})
    both = made.attribute(model, asked, 8)
    alone = made.attribute(model, Question(asked.inputs[1:], asked.targets[1:], asked.seeds[1:]), 1)
    assert torch.allclose(alone.maps, both.maps[1:], atol=1e-5)
    assert torch.allclose(alone.edges, both.edges[1:], atol=1e-5)
    other = made.attribute(model, Question(asked.inputs, asked.targets, (8, 9, 10)), 8)
    assert not torch.allclose(other.maps, both.maps, atol=1e-3)


@pytest.mark.parametrize("kind", ["object", "attributes", "common_attributes"])
def test_values_lie_between_nothing_and_one_where_the_graph_is(kind):
    model, asked = toys.model(), toys.question()
    found = method("gnn_explainer", {"node_mask": kind, "epochs": 5}).attribute(model, asked, 2)
    there, edges = asked.inputs[..., 0] != 0, asked.inputs[..., 5:] != 0
    assert found.maps.shape == (3, 10)
    assert found.edges.shape == (3, 10, 10)
    assert ((found.maps > 0) == there).all()
    assert (found.maps < 1).all()
    assert not found.edges[~edges].any()
    assert ((found.edges >= 0) & (found.edges < 1)).all()
    assert found.edges.any()


def test_a_graph_without_edges_has_features_only():
    graph = toys.random_graph(0, 3).model_copy(update={"edges": ()})
    asked = Question(toys.packed([graph]), torch.tensor([1]), (0,))
    found = method("gnn_explainer").attribute(toys.model(), asked, 1)
    assert torch.isfinite(found.maps).all()
    assert found.maps[0, :3].all()
    assert not found.edges.any()


def test_parts_are_joined_with_their_edges():
    parts = [Attribution(torch.ones(n, 3), edges=torch.full((n, 3, 3), float(n))) for n in (1, 2)]
    joined = Attribution.joined(parts)
    assert joined.edges[:, 0, 0].tolist() == [1, 2, 2]
    assert joined.errors is None


def test_what_is_no_graph_is_refused():
    asked = Question(torch.rand(1, 1, 32, 32), torch.tensor([0]), (0,))
    with pytest.raises(Refused, match="gnn_explainer explains graphs, and this model takes images"):
        method("gnn_explainer").attribute(images.convolutional(), asked, 1)


def test_motifs_are_where_they_are_said_to_be():
    graph, labels = ba_shapes(np.random.default_rng(3), base=30, houses=4)
    edges = {(a, b) for a, b, _ in graph.edges}
    assert parse_graph(graph.to_bytes(), "shapes") == graph
    assert set(graph.relevant_edges) == {(30 + 5 * h + a, 30 + 5 * h + b) for h in range(4) for a, b in HOUSE}
    assert len(edges) == 27 * 3 + 4 * 7
    assert [labels.count(place) for place in range(4)] == [30, 8, 8, 4]
    assert graph == ba_shapes(np.random.default_rng(3), base=30, houses=4)[0]
    own = about(graph, 37, 30)
    assert own.relevant_nodes == (35, 36, 37, 38, 39)
    assert len(own.relevant_edges) == len(HOUSE)


def test_two_motifs_are_told_apart():
    rng = np.random.default_rng(0)
    made = [ba_2motifs(rng) for _ in range(120)]
    for graph, label in made:
        assert parse_graph(graph.to_bytes(), "motif") == graph
        assert len(graph.relevant_edges) == len((HOUSE, CYCLE)[label])
        assert len(graph.edges) == 19 + len(graph.relevant_edges) + 1
    spec = GraphInput(kind="graph", nodes=25, features=ONE)
    rows = torch.stack([encode_graph(graph, spec, "motif") for graph, _ in made])
    labels = torch.tensor([label for _, label in made])
    torch.manual_seed(0)
    config = {"features": 1, "classes": len(MOTIFS), "convolution": "gin", "readout": "sum"}
    assert trained(build("retrace.SmallGNN", config), rows, labels, epochs=500) > 0.9


def test_attachment_is_preferential():
    edges = barabasi_albert(400, 2, np.random.default_rng(0))
    degrees = np.bincount(np.ravel(edges))
    assert len(set(edges)) == len(edges) == 398 * 2
    assert degrees[:20].mean() > 4 * degrees[-200:].mean()
