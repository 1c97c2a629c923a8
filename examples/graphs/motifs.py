"""BA-2Motifs with kinds of nodes: a house or a cycle on a random tree, and letters that say nothing about it."""

from dataclasses import dataclass

import numpy as np
from pydantic import JsonValue

from auditor.explain.graphs import Graph
from examples.graphs.ba_shapes import MOTIFS, ba_2motifs

KINDS = ("A", "B", "C")
SIZES = {"small": 12, "medium": 16, "large": 20}
NODES = max(SIZES.values()) + 5
GROUP = "size"


@dataclass(frozen=True)
class Motif:
    """One graph, which of MOTIFS it holds, and how large its base is."""

    graph: Graph
    label: str
    size: str


def motifs(count: int, seed: int) -> list[Motif]:
    """Return graphs with a house or a cycle of five, its nodes named as relevant; the same for the same seed."""
    rng = np.random.default_rng(seed)
    return [_motif(rng) for _ in range(count)]


def features() -> list[dict[str, JsonValue]]:
    """Return the features of a node as model.json describes them: one number a kind, all as frequent."""
    share = 1 / len(KINDS)
    spread = (share * (1 - share)) ** 0.5
    return [{"name": kind, "title": f"Kind {kind}", "mean": share, "std": spread} for kind in KINDS]


def _motif(rng: np.random.Generator) -> Motif:
    size = str(rng.choice(list(SIZES)))
    graph, label = ba_2motifs(rng, SIZES[size])
    kinds = np.eye(len(KINDS))[rng.integers(len(KINDS), size=len(graph.nodes))]
    typed = graph.model_copy(update={"features": KINDS, "nodes": tuple(map(tuple, kinds.tolist()))})
    return Motif(typed, MOTIFS[label], size)
