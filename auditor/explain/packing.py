"""One graph as one tensor: what the columns of a node's line are, and what may be done to them."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import pad

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.fitting import check_names
from auditor.explain.graphs import Graph
from auditor.explain.spec import GraphInput


def encode_graph(graph: Graph, spec: GraphInput, where: str) -> Tensor:
    """Return a graph as the model's input before normalisation, float32 of the spec's shape.

    Raises Refused naming `where` it is from: more nodes than the model takes, features that it lacks, a focus that is
    missing or that the model does not read.
    """
    check_names(graph.features, [feature.name for feature in spec.features], where, features=True)
    if len(graph.nodes) > spec.nodes:
        raise Refused(
            say(
                "%(where)s has %(nodes)s nodes, and the model takes %(most)s at most.",
                where=where,
                nodes=len(graph.nodes),
                most=spec.nodes,
            )
        )
    _check_focus(graph, spec, where)
    count = len(graph.nodes)
    chosen = [graph.features.index(feature.name) for feature in spec.features]
    packed = torch.zeros(spec.shape)
    packed[:count, 0] = 1
    packed[:count, spec.columns] = torch.tensor(graph.nodes)[:, chosen]
    if graph.focus is not None:
        packed[graph.focus, 1] = 1
    packed[:, spec.columns.stop :] = torch.from_numpy(_matrix(graph, graph.edges, spec.nodes))
    return packed


def relevant(graph: Graph, spec: GraphInput) -> tuple[NDArray[np.bool_] | None, NDArray[np.bool_] | None]:
    """Return which nodes (nodes,) and edges (receivers, senders) are known to be relevant, on the model's grid."""
    nodes = None if graph.relevant_nodes is None else np.zeros(spec.nodes, np.bool_)
    if nodes is not None:
        nodes[list(graph.relevant_nodes or ())] = True
    if graph.relevant_edges is None:
        return nodes, None
    edges = [(first, second, 1.0) for first, second in graph.relevant_edges]
    return nodes, _matrix(graph, edges, spec.nodes) != 0


def statistics(given: GraphInput) -> tuple[Tensor, Tensor]:
    """Return what is subtracted from every column and what it is divided by, (columns,) both; edges stay."""
    mean, std = torch.tensor(given.mean), torch.tensor(given.std)
    return pad(mean, (2, given.nodes)), pad(std, (2, given.nodes), value=1.0)


def exists(graphs: Tensor) -> Tensor:
    """Return which nodes exist, booleans (..., nodes, 1)."""
    return graphs[..., :1] != 0


def features(graphs: Tensor, given: GraphInput) -> Tensor:
    """Return the features of every node, (..., nodes, features)."""
    return graphs[..., given.columns]


def edges(graphs: Tensor) -> Tensor:
    """Return the weights of the edges, (..., receivers, senders), 0 where there is none."""
    return graphs[..., -graphs.shape[-2] :]


def with_features(graphs: Tensor, values: Tensor, given: GraphInput) -> Tensor:
    """Return the same nodes and edges with other features, (..., nodes, features), where a node exists."""
    made = graphs.clone()
    made[..., given.columns] = values * exists(graphs)
    return made


def baseline(level: object, graphs: Tensor, given: GraphInput) -> Tensor:
    """Return the same nodes and edges with every feature at its mean; raises Refused for a level."""
    if level is not None:
        raise Refused(say("The baseline of a graph is the means of its nodes' features; leave it out."))
    return with_features(graphs, torch.tensor(given.mean, device=graphs.device), given)


def spread(graphs: Tensor, given: GraphInput) -> Tensor:
    """Return the deviation of every feature of the nodes that exist, and 0 for all else, like the graphs."""
    deviations = torch.zeros_like(graphs)
    deviations[..., given.columns] = torch.tensor(given.std, device=graphs.device) * exists(graphs)
    return deviations


def lent(graph: Tensor, background: Tensor, given: GraphInput) -> Tensor:
    """Return one graph (nodes, columns) with the features of each background graph, (background, nodes, columns).

    Node i takes the features of node i mod n of a background graph of n nodes, which come first in it.
    """
    counts = exists(background).sum(dim=(1, 2)).clamp_min(1)
    nodes = torch.arange(given.nodes, device=graph.device) % counts[:, None]
    values = torch.take_along_dim(features(background, given), nodes[..., None], dim=1)
    return with_features(graph.expand_as(background), values, given)


def without(graph: Tensor, leaving: Tensor) -> Tensor:
    """Return a graph (nodes, columns) without some nodes, booleans (nodes,), and their edges; the focus stays."""
    gone = leaving & (graph[:, 1] == 0)
    made = torch.where(gone[:, None], 0.0, graph)
    made[:, -len(graph) :] *= ~gone
    return made


def _matrix(graph: Graph, edges: Sequence[tuple[int, int, float]], side: int) -> NDArray[np.float32]:
    """Return the weights of edges by receiver and sender, (side, side)."""
    table = np.array(edges, dtype=np.float64).reshape(-1, 3)
    first, second, matrix = *table[:, :2].astype(np.int64).T, np.zeros((side, side), dtype=np.float32)
    matrix[second, first] = table[:, 2]
    if not graph.directed:
        matrix[first, second] = table[:, 2]
    return matrix


def _check_focus(graph: Graph, spec: GraphInput, where: str) -> None:
    if spec.about == "node" and graph.focus is None:
        raise Refused(
            say("%(where)s names no focus, and the model answers about one node; add 'focus'.", where=where)
        )
    if spec.about == "graph" and graph.focus is not None:
        raise Refused(
            say(
                "%(where)s names a focus, and the model answers about whole graphs; leave 'focus' out.",
                where=where,
            )
        )
