"""What happens to graphs when nodes are measured and edges recorded."""

import numpy as np
from numpy.typing import NDArray

from auditor.explain.spec import GraphInput

Item = NDArray[np.float32]


def noisy(graph: Item, dose: float, draw: np.random.Generator, spec: GraphInput) -> Item:
    """Return a graph (nodes, columns) with a normal error of `dose` % of each feature's standard deviation.

    Nodes that do not exist stay as they are.
    """
    made, values = graph.copy(), graph[:, spec.columns]
    error = draw.standard_normal(values.shape) * np.array(spec.std) * dose / 100
    made[:, spec.columns] = values + error * (graph[:, :1] != 0)
    return made


def without_edges(graph: Item, dose: float, draw: np.random.Generator, spec: GraphInput) -> Item:
    """Return a graph (nodes, columns) that has lost each pair's edges with a probability of `dose` %.

    Both directions between two nodes are lost together.
    """
    made = graph.copy()
    drawn = np.triu(draw.random((spec.nodes, spec.nodes)))
    kept = np.maximum(drawn, drawn.T) >= dose / 100  # (receivers, senders)
    made[:, spec.columns.stop :] *= kept
    return made
