"""Random graphs with motifs: BA-Shapes for single nodes (Ying et al. 2019), BA-2Motifs for graphs (Luo et al. 2020)."""

from collections.abc import Sequence

import numpy as np

from auditor.explain.graphs import Graph

Pair = tuple[int, int]
HOUSE: tuple[Pair, ...] = ((0, 1), (1, 2), (2, 3), (0, 3), (0, 4), (1, 4))  # middle 0 1, bottom 2 3, top 4
CYCLE: tuple[Pair, ...] = ((0, 1), (1, 2), (2, 3), (3, 4), (0, 4))
HOUSE_LABELS = (1, 1, 2, 2, 3)
LABELS = ("base", "middle", "bottom", "top")
MOTIFS = ("house", "cycle")


def barabasi_albert(nodes: int, links: int, rng: np.random.Generator) -> list[Pair]:
    """Return the edges of a graph that grows by preferential attachment (Barabasi and Albert 1999)."""
    edges: list[Pair] = []
    ends: list[int] = []  # every node as often as it has edges
    chosen = list(range(links))
    for node in range(links, nodes):
        edges.extend((other, node) for other in chosen)
        ends.extend(chosen)
        ends.extend([node] * links)
        chosen = []
        while len(chosen) < links:
            other = ends[rng.integers(len(ends))]
            if other not in chosen:
                chosen.append(other)
    return edges


def ba_shapes(rng: np.random.Generator, base: int = 60, houses: int = 12) -> tuple[Graph, list[int]]:
    """Return a graph with houses attached to a random base, and each node's place among LABELS.

    Every node carries the number 1; the relevant edges are those of all houses.
    """
    edges, relevant = barabasi_albert(base, 3, rng), []
    for house in range(houses):
        first = base + 5 * house
        motif = [(first + a, first + b) for a, b in HOUSE]
        edges += [*motif, (int(rng.integers(base)), first)]
        relevant += motif
    labels = [0] * base + list(HOUSE_LABELS) * houses
    return _graph(len(labels), edges, relevant), labels


def about(graph: Graph, node: int, base: int) -> Graph:
    """Return BA-Shapes asked about one node of a house: its focus, and what is relevant of its own house alone."""
    first = base + (node - base) // 5 * 5
    house = range(first, first + 5)
    own = tuple(pair for pair in graph.relevant_edges or () if pair[0] in house)
    return graph.model_copy(update={"focus": node, "relevant_nodes": tuple(house), "relevant_edges": own})


def ba_2motifs(rng: np.random.Generator, base: int = 20) -> tuple[Graph, int]:
    """Return a random base with a house or a cycle of five attached, and which of MOTIFS it is."""
    label = int(rng.integers(2))
    motif = [(base + a, base + b) for a, b in (HOUSE, CYCLE)[label]]
    edges = [*barabasi_albert(base, 1, rng), *motif, (int(rng.integers(base)), base)]
    return _graph(base + 5, edges, motif), label


def _graph(nodes: int, edges: Sequence[Pair], relevant: Sequence[Pair]) -> Graph:
    return Graph(
        features=("one",),
        nodes=((1.0,),) * nodes,
        edges=tuple(sorted((a, b, 1.0) for a, b in edges)),
        relevant_nodes=tuple(sorted({node for pair in relevant for node in pair})),
        relevant_edges=tuple(sorted(relevant)),
    )
