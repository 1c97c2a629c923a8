"""Teach a small network, audit it and write the report, in a minute: `python -m examples.breast_cancer`."""

import argparse
from pathlib import Path

import torch
from torch import nn

from auditor.explain.architectures import build
from examples.audit import OUT, audit
from examples.breast_cancer.data import CLASSES, GROUP, Rows, as_csv, columns, group_of, split
from examples.model_folder import Card, write_model
from examples.set_folder import Item, write_set

CONFIG = {"numbers": 30, "classes": 2, "hidden": [16, 8]}


def train(rows: Rows, seed: int = 0, epochs: int = 120) -> nn.Module:
    """Return a network that reads the columns; the same on the same machine for the same seed."""
    torch.manual_seed(seed)
    network = build("retrace.SmallMLP", CONFIG)
    values = torch.from_numpy((rows.values - rows.values.mean(axis=0)) / rows.values.std(axis=0)).float()
    labels = torch.from_numpy(rows.labels)
    optimiser = torch.optim.AdamW(network.parameters(), lr=5e-3, weight_decay=5e-2)
    for _ in range(epochs):
        for chosen in torch.randperm(len(labels)).split(32):
            optimiser.zero_grad()
            nn.functional.cross_entropy(network(values[chosen]), labels[chosen]).backward()
            optimiser.step()
    return network.eval()


def card(rows: Rows) -> Card:
    """Return what the model's folder says of it."""
    return Card(
        name="Small breast-cancer classifier",
        version="1.0",
        description="Benign or malignant from measurements of cell nuclei; an example, not for patients.",
        architecture="retrace.SmallMLP",
        config=CONFIG,
        input={"kind": "table", "columns": columns(rows)},
        classes=CLASSES,
    )


def write_rows(folder: Path, rows: Rows) -> int:
    """Write the validation set and return how many rows it has."""
    count = write_set(
        folder,
        name="Breast cancer Wisconsin, held-out rows",
        description="Cell nuclei in fine needle aspirates, 40 % of the rows that ship with scikit-learn.",
        groups=[GROUP],
        kind="table",
        items=(
            Item(f"case-{number:03d}", CLASSES[label], {GROUP: group_of(values[0])}, {})
            for number, label, values in zip(rows.numbers, rows.labels, rows.values, strict=True)
        ),
    )
    (folder / "rows.csv").write_bytes(as_csv(rows))
    return count


def main() -> None:
    """Read the command line, train, audit, and say where the report is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT / "breast_cancer")
    parser.add_argument("--plan", default="standard")
    options = parser.parse_args()
    torch.set_num_threads(1)
    learn, check = split()
    write_model(options.out / "model", card(learn), train(learn))
    write_rows(options.out / "validation", check)
    audit(options.out / "model", options.out / "validation", options.out / "report.pdf", options.plan)


if __name__ == "__main__":
    main()
