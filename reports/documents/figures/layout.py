"""Where the nodes of a graph are drawn: the same places for the same graph in every process."""

from functools import lru_cache

import networkx
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

Pairs = tuple[tuple[int, int], ...]
Points = NDArray[np.float64]


@lru_cache(maxsize=64)
def layout(nodes: int, pairs: Pairs) -> Points:
    """Return a place (nodes, 2) for every node within [-1, 1]; rounded, so that last digits do not show.

    Distances on paper follow the number of edges between nodes; separate pieces are set apart.

    References
    ----------
    T. Kamada, S. Kawai: An Algorithm for Drawing General Undirected Graphs. Information Processing Letters 31, 1989.
    """
    apart = distances(nodes, pairs)
    reached = apart[np.isfinite(apart)].max()
    wanted = np.where(np.isfinite(apart), apart, 1.0 + max(reached, np.sqrt(nodes)))
    drawn = networkx.Graph()
    drawn.add_nodes_from(range(nodes))
    found = networkx.kamada_kawai_layout(drawn, dist=dict(enumerate(map(dict, map(enumerate, wanted)))))
    places = np.array([found[node] for node in range(nodes)])
    return _upright(places).round(3)


def distances(nodes: int, pairs: Pairs) -> Points:
    """Return how many edges lie between each two nodes, (nodes, nodes), whatever their direction."""
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    joined = csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(nodes, nodes))
    return np.asarray(shortest_path(joined, directed=False, unweighted=True))


def _upright(places: Points) -> Points:
    """Return places within [-1, 1], turned so that the longest extent lies along the diagonal of the square."""
    centred = places - places.mean(axis=0)
    axes = np.linalg.eigh(centred.T @ centred)[1][:, ::-1]
    diagonal = np.array([[1, 1], [1, -1]]) / np.sqrt(2)
    turned = centred @ axes @ diagonal
    low, high = turned.min(axis=0), turned.max(axis=0)
    return np.asarray((turned - (low + high) / 2) / (max((high - low).max(), 1e-9) / 2))
