"""Graphs as numbers that a person can name: how large, how dense, which loops, and what its nodes carry."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from auditor.common.said import say
from auditor.explain.globals.documents import Feature
from auditor.explain.spec import GraphInput

Floats = NDArray[np.float64]
_SHAPE = (
    ("nodes", say("Number of nodes")),
    ("edges", say("Number of edges")),
    ("density", say("Share of pairs of nodes that are joined")),
    ("mean_degree", say("Mean number of edges of a node")),
    ("max_degree", say("Largest number of edges of a node")),
    ("leaves", say("Nodes with one edge")),
    ("components", say("Separate pieces")),
    ("triangles", say("Loops of three nodes")),
    ("squares", say("Loops of four nodes")),
    ("pentagons", say("Loops of five nodes")),
    ("clustering", say("Mean share of a node's neighbours that are joined")),
)
_FOCUS = "focus_degree"


def graph_features(spec: GraphInput) -> tuple[Feature, ...]:
    """Return what `describe_graph` gives: the shape, each feature's mean, and of the node asked about its own."""
    shape = list(_SHAPE)
    for feature in spec.features:
        shape.append((f"mean:{feature.name}", say("%(feature)s, mean over the nodes", feature=feature.label)))
    if spec.about == "node":
        shape.append((_FOCUS, say("Number of edges of the node asked about")))
        for feature in spec.features:
            shape.append(
                (f"focus:{feature.name}", say("%(feature)s of the node asked about", feature=feature.label))
            )
    return tuple(Feature(name=name, title=title, unit="") for name, title in shape)


def describe_graph(
    values: Floats, joined: NDArray[np.bool_], focus: int | None, spec: GraphInput
) -> dict[str, float]:
    """Return the features of one graph by name, from its nodes' `values` (nodes, features).

    `joined` (nodes, nodes) says which nodes are joined in any direction, none to itself.
    """
    degree = joined.sum(axis=1)
    found = {**_sizes(joined, degree), **loops(joined)}
    for feature, mean in zip(spec.features, values.mean(axis=0), strict=True):
        found[f"mean:{feature.name}"] = float(mean)
    if spec.about == "node" and focus is not None:
        found[_FOCUS] = float(degree[focus])
        for feature, value in zip(spec.features, values[focus], strict=True):
            found[f"focus:{feature.name}"] = float(value)
    return found


def _sizes(joined: NDArray[np.bool_], degree: NDArray[np.int64]) -> dict[str, float]:
    count, edges = len(joined), int(degree.sum()) // 2
    return {
        "nodes": float(count),
        "edges": float(edges),
        "density": 2 * edges / (count * (count - 1)) if count > 1 else 0.0,
        "mean_degree": float(degree.mean()),
        "max_degree": float(degree.max()),
        "leaves": float((degree == 1).sum()),
        "components": float(connected_components(csr_array(joined), directed=False)[0]),
    }


def loops(joined: NDArray[np.bool_]) -> dict[str, float]:
    """Return how many loops of three, four and five different nodes there are, and the mean clustering.

    References
    ----------
    F. Harary, B. Manvel: On the Number of Cycles in a Graph. Matematicky casopis 21, 1971.
    """
    once = csr_array(joined.astype(np.float64))
    twice = once @ once
    thrice = twice @ once
    degree, closed = joined.sum(axis=1), thrice.diagonal()
    pairs = degree * (degree - 1)
    four = twice.multiply(twice).sum() - 2 * (degree**2).sum() + degree.sum()
    five = twice.multiply(thrice).sum() - 5 * closed.sum() - 5 * ((degree - 2) * closed).sum()
    return {
        "triangles": float(closed.sum() / 6),
        "squares": float(four / 8),
        "pentagons": float(five / 10),
        "clustering": float(np.divide(closed, pairs, out=np.zeros(len(joined)), where=pairs > 0).mean()),
    }
