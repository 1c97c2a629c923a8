"""One graph as one tensor: what the columns of a node's line are, and what may be done to them."""

import torch
from torch import Tensor
from torch.nn.functional import pad

from auditor.common.errors import Refused
from auditor.explain.spec import GraphInput


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
        raise Refused("The baseline of a graph is the means of its nodes' features; leave it out.")
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
