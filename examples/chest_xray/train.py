"""Train a small network on the public chest films, on one core: `python -m examples.chest_xray.train`."""

import argparse
import time
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from auditor.explain.architectures import build
from examples.chest_xray.films import CLASSES, Split, pixels, rows
from examples.chest_xray.prepare import DATA
from examples.model_folder import Card, grey_image, write_model

OUT = Path("var/examples/chest_xray/model")
SIZE, MEAN, STD = 128, 0.5, 0.25
EPOCHS, SEED = 40, 7
_MOST = 8.0
CONFIG = {"in_channels": 1, "classes": len(CLASSES), "width": 16, "stages": 4, "dropout": 0.3}


def load(data: Path, split: Split) -> tuple[Tensor, Tensor]:
    """Return the films of a split, (films, 1, SIZE, SIZE), grey levels 0 to 1, and their labels, (films,)."""
    films = rows(data, split)
    images = [
        Image.fromarray(pixels(data, film.id)).resize((SIZE, SIZE), Image.Resampling.BILINEAR)
        for film in films
    ]
    stacked = torch.from_numpy(np.stack([np.asarray(image) for image in images])).float().unsqueeze(1) / 255.0
    return stacked, torch.tensor([CLASSES.index(film.label) for film in films])


def jitter(images: Tensor) -> Tensor:
    """Return the images turned, shifted, scaled and exposed a little differently, each on its own."""
    count = len(images)
    angle, scale = 0.12 * torch.randn(count), 1.0 + 0.07 * torch.randn(count)
    shift = 0.06 * torch.randn(count, 2)
    turn = torch.zeros(count, 2, 3)
    turn[:, 0, 0] = turn[:, 1, 1] = torch.cos(angle) * scale
    turn[:, 0, 1], turn[:, 1, 0] = -torch.sin(angle) * scale, torch.sin(angle) * scale
    turn[:, :, 2] = shift
    places = nn.functional.affine_grid(turn, list(images.shape), align_corners=False)
    moved = nn.functional.grid_sample(images, places, align_corners=False)
    gain, offset = 1.0 + 0.10 * torch.randn(count, 1, 1, 1), 0.04 * torch.randn(count, 1, 1, 1)
    return (moved * gain + offset).clamp(0.0, 1.0)


def answers(network: nn.Module, images: Tensor) -> Tensor:
    """Return logits for grey levels between 0 and 1."""
    network.eval()
    with torch.no_grad():
        return torch.cat([network((part - MEAN) / STD) for part in images.split(64)])


def balanced_accuracy(answered: Tensor, labels: Tensor) -> float:
    """Return the mean over the classes of the share of films labelled rightly."""
    right = (answered.argmax(1) == labels).float()
    return float(torch.stack([right[labels == place].mean() for place in range(len(CLASSES))]).mean())


def weights_of(data: Path, *, balanced: bool) -> Tensor:
    """Return how much each film of the train split counts, (films,), one on average.

    Every class counts alike. Where `balanced`, every collection within a class does so, too, as far as there are films
    of it: none counts more than `_MOST`.
    """
    films = rows(data, "train")
    cells = [(film.label, film.groups["source"] if balanced else "") for film in films]
    count, kinds = Counter(cells), Counter(label for label, _ in set(cells))
    weights = torch.tensor([1.0 / (kinds[cell[0]] * count[cell]) for cell in cells])
    return (weights * len(films) / len(CLASSES)).clamp(max=_MOST)


def train(data: Path, *, epochs: int, seed: int, balanced: bool = False) -> nn.Module:
    """Return a network that has seen the train split alone, averaged over batches (Polyak and Juditsky 1992)."""
    torch.manual_seed(seed)
    images, labels = load(data, "train")
    val_images, val_labels = load(data, "val")
    weights = weights_of(data, balanced=balanced)
    network = build("retrace.SmallResNet", CONFIG)
    averaged = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(0.97), use_buffers=True)
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs)
    for epoch in range(epochs):
        network.train()
        for chosen in torch.randperm(len(labels))[: len(labels) // 32 * 32].split(32):
            optimiser.zero_grad()
            logits = network((jitter(images[chosen]) - MEAN) / STD)
            losses = nn.functional.cross_entropy(
                logits, labels[chosen], label_smoothing=0.05, reduction="none"
            )
            (losses * weights[chosen]).mean().backward()
            optimiser.step()
            averaged.update_parameters(network)
        schedule.step()
        share = balanced_accuracy(answers(averaged.module, val_images), val_labels)
        print(f"epoch {epoch + 1:2d}: balanced accuracy on the val split {share:.3f}")
    network.load_state_dict(averaged.module.state_dict())
    return network.eval()


def card(*, balanced: bool = False) -> Card:
    """Return what the model's folder says of it; the one with balanced collections is the later version."""
    return Card(
        name="Small chest-film classifier",
        version="1.1" if balanced else "1.0",
        description="Normal, pneumonia or covid on one frontal chest film; an example, not for patients.",
        architecture="retrace.SmallResNet",
        config=CONFIG,
        input=grey_image(SIZE, MEAN, STD),
        classes=CLASSES,
        gradcam_layer=f"features.{CONFIG['stages'] - 2}",
    )


def report(network: nn.Module, data: Path) -> None:
    """Print the accuracy on the test split and how each class was answered."""
    images, labels = load(data, "test")
    answered = answers(network, images)
    right = float((answered.argmax(1) == labels).float().mean())
    print(
        f"test: accuracy {right:.3f}, balanced {balanced_accuracy(answered, labels):.3f}, {len(labels)} films"
    )
    for place, name in enumerate(CLASSES):
        counts = torch.bincount(answered.argmax(1)[labels == place], minlength=len(CLASSES)).tolist()
        print(f"  {name:10s} answered " + ", ".join(f"{c} {n}" for c, n in zip(CLASSES, counts, strict=True)))


def main() -> None:
    """Read the command line, train, write the model folder and say how good it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder with labels.csv and images/")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument(
        "--balanced", action="store_true", help="let every collection within a class count alike"
    )
    options = parser.parse_args()
    torch.set_num_threads(1)
    started = time.monotonic()
    network = train(options.data, epochs=options.epochs, seed=options.seed, balanced=options.balanced)
    write_model(options.out, card(balanced=options.balanced), network)
    print(f"{options.out}, {time.monotonic() - started:.0f} s")
    report(network, options.data)


if __name__ == "__main__":
    main()
