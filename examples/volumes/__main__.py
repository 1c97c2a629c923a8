"""Draw chests, teach a small 3-D network, audit it and write the report, in minutes: `python -m examples.volumes`."""

import argparse
from pathlib import Path

import torch
from pydantic import JsonValue
from torch import Tensor, nn

from auditor.explain.architectures import build
from auditor.explain.formats.volume import Volume, volume_input
from auditor.explain.spec import VolumeInput
from examples.audit import OUT, audit
from examples.model_folder import Card, write_model
from examples.set_folder import write_set
from examples.volumes.data import CLASSES, GROUPS, Labelled, cases, items
from examples.volumes.phantom import SPACING

CONFIG: dict[str, JsonValue] = {"spatial_dims": 3, "width": 8, "depth": 3}
INPUT = VolumeInput(
    kind="volume", depth=24, height=36, width=36, low=-1000, high=600, mean=(0.35,), std=(0.3,)
)


def train(learn: list[Labelled], seed: int = 0, epochs: int = 20) -> nn.Module:
    """Return a network that reads volumes; the same on the same machine for the same seed."""
    torch.manual_seed(seed)
    network = build("retrace.SmallConvNet", CONFIG)
    given, labels = inputs(learn), torch.tensor([one.label for one in learn])
    optimiser = torch.optim.AdamW(network.parameters(), lr=4e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs)
    for _ in range(epochs):
        for chosen in torch.randperm(len(labels)).split(16):
            volumes = given[chosen] if torch.rand(()) < 0.5 else given[chosen].flip(-1)
            optimiser.zero_grad()
            nn.functional.cross_entropy(network(volumes), labels[chosen]).backward()
            optimiser.step()
        schedule.step()
    return network.eval()


def inputs(some: list[Labelled]) -> Tensor:
    """Return normalised inputs (cases, 1, depth, height, width)."""
    given = torch.stack([volume_input(Volume(one.case.voxels, SPACING), INPUT) for one in some])
    return (given - INPUT.mean[0]) / INPUT.std[0]


def card() -> Card:
    """Return what the model's folder says of it."""
    return Card(
        name="Small chest-volume classifier",
        version="1.0",
        description="Lesion or none in drawn CT volumes of a chest; an example, not for patients.",
        architecture="retrace.SmallConvNet",
        config=CONFIG,
        input=INPUT.model_dump(mode="json"),
        classes=CLASSES,
    )


def main() -> None:
    """Read the command line, draw, train, audit, and say where the report is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT / "volumes")
    parser.add_argument("--plan", default="quick")
    parser.add_argument("--count", type=int, default=48, help="volumes to audit on")
    options = parser.parse_args()
    torch.set_num_threads(1)
    network = train(list(cases(160, seed=1)))
    write_model(options.out / "model", card(), network)
    write_set(
        options.out / "validation",
        name="Drawn chests, held out",
        description="Chests drawn by formulas, half of them with a round lesion in a lung; masks of the lungs.",
        groups=GROUPS,
        kind="volume",
        items=items(options.count, seed=2),
    )
    audit(options.out / "model", options.out / "validation", options.out / "report.pdf", options.plan)


if __name__ == "__main__":
    main()
