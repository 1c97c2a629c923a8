"""Spectral clustering with the number of clusters by the eigengap; no random start."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh, qr
from scipy.spatial.distance import pdist, squareform

from auditor.explain.bootstrap import Floats

_FEWEST_NEIGHBOURS = 7


def spectral_clusters(rows: Floats, most: int) -> tuple[NDArray[np.int64], Floats]:
    """Return the cluster of each row, (items,), and the smallest eigenvalues, (most + 1,).

    `rows` are (items, parts) with at least two items. Of two neighbours the closest ones are joined, both ways; the
    clusters are at most `most`, numbered by size from 0.

    Notes
    -----
    U. von Luxburg: A Tutorial on Spectral Clustering. Statistics and Computing 17, 2007: the normalised Laplacian of
    the graph of nearest neighbours, and the widest gap between its smallest eigenvalues. Items are assigned by the
    pivoted QR of A. Damle, V. Minden, L. Ying: Simple, direct and efficient multi-way spectral clustering. Information
    and Inference 8, 2019, which has no random start.
    """
    joined = _neighbours(rows)
    degrees = joined.sum(axis=1)
    scaled = joined / np.sqrt(degrees[:, None] * degrees)
    laplacian = np.eye(len(rows)) - scaled
    last = min(most, len(rows) - 1)
    values, vectors = eigh(laplacian, subset_by_index=[0, last])
    count = 1 + int(np.argmax(np.diff(values)))
    return _by_size(_assigned(vectors[:, :count])), values


def _neighbours(rows: Floats) -> Floats:
    """Return which of two items is among the other's nearest, (items, items), 0 or 1."""
    distances = squareform(pdist(rows))
    np.fill_diagonal(distances, np.inf)
    count = min(max(_FEWEST_NEIGHBOURS, math.ceil(math.log2(len(rows)))), len(rows) - 1)
    nearest = np.argsort(distances, axis=1, kind="stable")[:, :count]
    joined = np.zeros(distances.shape)
    np.put_along_axis(joined, nearest, 1.0, axis=1)
    result: Floats = np.maximum(joined, joined.T)
    return result


def _assigned(vectors: Floats) -> NDArray[np.int64]:
    count = vectors.shape[1]
    _, _, pivots = qr(vectors.T, pivoting=True)
    left, _, right = np.linalg.svd(vectors[pivots[:count]].T)
    return np.asarray(np.argmax(np.abs(vectors @ (left @ right)), axis=1), dtype=np.int64)


def _by_size(clusters: NDArray[np.int64]) -> NDArray[np.int64]:
    found, first, counts = np.unique(clusters, return_index=True, return_counts=True)
    order = np.lexsort((first, -counts))
    number = {int(found[place]): rank for rank, place in enumerate(order)}
    return np.array([number[int(cluster)] for cluster in clusters], dtype=np.int64)
