"""Teach a small graph network, audit it and write the report, in a minute or two: `python -m examples.graphs`."""

import argparse
from pathlib import Path

import torch
from torch import nn

from auditor.explain.architectures import build
from auditor.explain.packing import encode_graph, exists, statistics
from auditor.explain.spec import GraphInput
from examples.audit import OUT, audit
from examples.graphs.ba_shapes import MOTIFS
from examples.graphs.motifs import GROUP, KINDS, NODES, Motif, features, motifs
from examples.model_folder import Card, write_model
from examples.set_folder import Item, write_set

CONFIG = {
    "features": len(KINDS),
    "classes": 2,
    "hidden": [16, 16, 16],
    "convolution": "gin",
    "readout": "sum",
}
INPUT = {"kind": "graph", "nodes": NODES, "about": "graph", "features": features()}


def train(learn: list[Motif], seed: int = 0, epochs: int = 150) -> nn.Module:
    """Return a network that reads the graphs; the same on the same machine for the same seed."""
    torch.manual_seed(seed)
    network, given = build("retrace.SmallGNN", CONFIG), GraphInput.model_validate(INPUT)
    packed = torch.stack([encode_graph(one.graph, given, "A graph") for one in learn])
    mean, std = statistics(given)
    packed = (packed - mean) / std * exists(packed)
    labels = torch.tensor([MOTIFS.index(one.label) for one in learn])
    optimiser = torch.optim.AdamW(network.parameters(), lr=5e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs)
    for _ in range(epochs):
        for chosen in torch.randperm(len(labels)).split(64):
            optimiser.zero_grad()
            nn.functional.cross_entropy(network(packed[chosen]), labels[chosen]).backward()
            optimiser.step()
        schedule.step()
    return network.eval()


def card() -> Card:
    """Return what the model's folder says of it."""
    return Card(
        name="Small motif classifier",
        version="1.0",
        description="Tells graphs with a house from graphs with a cycle of five; an example.",
        architecture="retrace.SmallGNN",
        config=CONFIG,
        input=INPUT,
        classes=MOTIFS,
    )


def write_graphs(folder: Path, check: list[Motif]) -> int:
    """Write the validation set and return how many graphs it has."""
    return write_set(
        folder,
        name="Houses and cycles",
        description="Random trees with a house or a cycle of five attached (BA-2Motifs), with nodes of three kinds.",
        groups=[GROUP],
        kind="graph",
        items=(
            Item(name, one.label, {GROUP: one.size}, {f"graphs/{name}.json": one.graph.to_bytes()})
            for name, one in ((f"graph-{number:03d}", one) for number, one in enumerate(check))
        ),
    )


def main() -> None:
    """Read the command line, train, audit, and say where the report is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT / "graphs")
    parser.add_argument("--plan", default="standard")
    options = parser.parse_args()
    torch.set_num_threads(1)
    write_model(options.out / "model", card(), train(motifs(800, seed=1)))
    write_graphs(options.out / "validation", motifs(120, seed=2))
    audit(options.out / "model", options.out / "validation", options.out / "report.pdf", options.plan)


if __name__ == "__main__":
    main()
