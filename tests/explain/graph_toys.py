"""Small random graphs, models that read them, and the same networks in torch_geometric."""

from copy import deepcopy

import numpy as np
import torch
from torch import Tensor, nn
from torch_geometric.nn import GCNConv, GINConv, SAGEConv, global_add_pool, global_max_pool, global_mean_pool

from auditor.explain.architectures import build
from auditor.explain.graphs import Graph
from auditor.explain.methods.base import Question
from auditor.explain.model import AuditedModel
from auditor.explain.packing import encode_graph
from auditor.explain.spec import GraphInput, NodeFeature
from tests.explain import toys

NAMES = ("age", "degree", "charge")
FEATURES = tuple(
    NodeFeature(name=name, mean=mean, std=std)
    for name, mean, std in zip(NAMES, (0.5, -1.0, 0.0), (2.0, 0.5, 1.0), strict=True)
)
TARGETS = torch.tensor([1, 0, 1])


def given(nodes: int = 10, about: str = "graph") -> GraphInput:
    return GraphInput(kind="graph", nodes=nodes, features=FEATURES, about=about)


def random_graph(seed: int, nodes: int = 7, focus: int | None = None, directed: bool = False) -> Graph:
    """A graph of which about every second pair of nodes is joined."""
    rng = np.random.default_rng(seed)
    pairs = [(a, b) for a in range(nodes) for b in range(nodes) if (a != b if directed else a < b)]
    edges = tuple((a, b, 1.0) for a, b in pairs if rng.random() < 0.5)
    values = tuple(map(tuple, rng.normal(size=(nodes, 3)).astype(np.float32).tolist()))
    return Graph(features=NAMES, nodes=values, edges=edges, directed=directed, focus=focus)


def model(spec: GraphInput | None = None, seed: int = 0, **options: object) -> AuditedModel:
    spec = spec or given()
    options = {"hidden": [8, 6], **options}
    torch.manual_seed(seed)
    network = build("retrace.SmallGNN", {"features": len(spec.features), **options})
    for name, parameter in network.named_parameters():
        if name.endswith(("bias", "eps")):
            nn.init.normal_(parameter, std=0.3)
        else:
            nn.init.xavier_normal_(parameter)
    return AuditedModel(network, toys.spec(input=spec, architecture="retrace.SmallGNN", config=options))


def packed(graphs: list[Graph], spec: GraphInput | None = None) -> Tensor:
    return torch.stack([encode_graph(graph, spec or given(), "a graph") for graph in graphs])


def question(focus: bool = False, nodes: tuple[int, ...] = (7, 5, 6)) -> Question:
    """Three graphs of different sizes, and two more to compare with."""
    graphs = [
        random_graph(seed, count, 2 if focus else None) for seed, count in enumerate((*nodes, 4, 8), start=20)
    ]
    rows = packed(graphs, given(about="node" if focus else "graph"))
    return Question(rows[:3], TARGETS, (5, 6, 7), rows[3:])


class Geometric(nn.Module):
    """SmallGNN's network in torch_geometric, with the same weights."""

    def __init__(self, audited: AuditedModel) -> None:
        super().__init__()
        own = audited.network
        self.kind, self.readout, self.head = type(own.convolutions[0]).__name__, own.readout, own.head
        self.convolutions = nn.ModuleList(self._conv(layer) for layer in own.convolutions)

    def _conv(self, layer: nn.Module) -> nn.Module:
        state = layer.state_dict()
        if self.kind == "GIN":
            made = GINConv(deepcopy(layer.nn), eps=float(layer.eps))  # which draws new weights
            made.load_state_dict(state)
            return made.eval().requires_grad_(False)
        outputs, inputs = (state["lin.weight"] if self.kind == "GCN" else state["lin_l.weight"]).shape
        made = GCNConv(inputs, outputs) if self.kind == "GCN" else SAGEConv(inputs, outputs)
        made.load_state_dict(state)
        return made.eval().requires_grad_(False)

    def forward(self, x: Tensor, edge_index: Tensor, focus: int | None = None) -> Tensor:
        for convolution in self.convolutions:
            x = convolution(x, edge_index).relu()
        if self.readout == "focus":
            return self.head(x[[focus]])
        pool = {"mean": global_mean_pool, "sum": global_add_pool, "max": global_max_pool}[self.readout]
        return self.head(pool(x, None))


def sparse(audited: AuditedModel, graph: Graph) -> tuple[Tensor, Tensor]:
    """The normalised features (nodes, features) and the edges (2, edges), sender first, in the order of our masks."""
    x = torch.tensor(graph.nodes)
    x = (x - torch.tensor(audited.spec.input.mean)) / torch.tensor(audited.spec.input.std)
    adjacency = encode_graph(graph, audited.spec.input, "a graph")[:, audited.spec.input.columns.stop :]
    return x, adjacency.nonzero().T.flip(0)
