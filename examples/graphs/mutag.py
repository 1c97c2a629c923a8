"""The molecules of MUTAG, in the text files of the TU Dortmund graph collection, as graphs."""

from pathlib import Path

from auditor.explain.graphs import Graph

ATOMS = ("C", "N", "O", "F", "I", "Cl", "Br")
CLASSES = ("not mutagenic", "mutagenic")


def molecules(folder: Path) -> list[tuple[Graph, int]]:
    """Return every molecule, its atoms in one-hot and its bonds as edges, with its place among CLASSES."""
    owner = _numbers(folder / "MUTAG_graph_indicator.txt")
    atoms, labels = _numbers(folder / "MUTAG_node_labels.txt"), _numbers(folder / "MUTAG_graph_labels.txt")
    first = [owner.index(graph + 1) for graph in range(len(labels))]
    nodes: list[list[tuple[float, ...]]] = [[] for _ in labels]
    for graph, atom in zip(owner, atoms, strict=True):
        nodes[graph - 1].append(tuple(float(atom == kind) for kind in range(len(ATOMS))))
    bonds: list[list[tuple[int, int, float]]] = [[] for _ in labels]
    for line in (folder / "MUTAG_A.txt").read_text().splitlines():
        one, other = (int(part) - 1 for part in line.split(","))
        graph = owner[one] - 1
        if one < other:  # every bond is written in both directions
            bonds[graph].append((one - first[graph], other - first[graph], 1.0))
    return [
        (Graph(features=ATOMS, nodes=tuple(nodes[graph]), edges=tuple(sorted(bonds[graph]))), int(label > 0))
        for graph, label in enumerate(labels)
    ]


def _numbers(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().split()]
