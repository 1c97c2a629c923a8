"""Small networks and sets whose right answers are known by construction."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from auditor.common.store import Store
from auditor.explain.items import ValidationSet
from auditor.explain.model import AuditedModel
from auditor.explain.plan import MethodPlan, Plan
from auditor.explain.robustness.settings import RobustnessPlan
from auditor.explain.spec import ImageInput, ItemEntry, Manifest, ModelSpec, OutputSpec
from auditor.explain.trust.settings import TrustPlan

CLASSES = ("clear", "finding")
TRUST = TrustPlan(
    items=2, steps=2, orders=1, subsets=4, sizes=(0.5,), sanity_items=1, stages=1, stability_items=1, noises=1
)  # the least, for runs that are about something else


def spec(size: int = 32, channels: int = 1, activation: str = "softmax", **more: object) -> ModelSpec:
    return ModelSpec.model_validate(
        {
            "schema": "retrace-model/1",
            "name": "toy",
            "version": "1",
            "architecture": "retrace.SmallConvNet",
            "config": {"in_channels": channels, "width": 4, "depth": 2},
            "input": ImageInput(
                channels=channels, height=size, width=size, mean=(0.4,) * channels, std=(0.3,) * channels
            ),
            "output": OutputSpec(classes=CLASSES, activation=activation),  # type: ignore[arg-type]
            **more,
        }
    )


class Convolutional(nn.Module):
    """Two convolutions with in-place activations, as many published networks have them."""

    def __init__(self, channels: int = 1, classes: int = 2) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.relu = nn.ReLU(inplace=True)
        self.second = nn.Conv2d(4, 6, 3, stride=2, padding=1)
        self.last = nn.ReLU(inplace=True)
        self.head = nn.Linear(6, classes)

    def forward(self, images: Tensor) -> Tensor:
        maps = self.last(self.second(self.relu(self.norm(self.first(images)))))
        return self.head(maps.mean(dim=(2, 3)) + maps.amax(dim=(2, 3)))


class Threshold(nn.Module):
    """Says finding where the mean of a rectangle of the image is above a level; pixels as given."""

    def __init__(self, rows: slice, columns: slice, level: float, sharpness: float = 40) -> None:
        super().__init__()
        self.rows, self.columns, self.level, self.sharpness = rows, columns, level, sharpness

    def forward(self, images: Tensor) -> Tensor:
        mean = images[:, :, self.rows, self.columns].mean(dim=(1, 2, 3))
        score = self.sharpness * (mean - self.level)
        return torch.stack((-score, score), dim=1)


def convolutional(size: int = 32, channels: int = 1, seed: int = 0, classes: int = 2) -> AuditedModel:
    torch.manual_seed(seed)
    network = Convolutional(channels, classes)
    network.norm.running_mean.uniform_(-0.2, 0.2)
    network.norm.running_var.uniform_(0.5, 1.5)
    return AuditedModel(network, spec(size, channels))


def threshold(rows: slice, columns: slice, level: float, size: int = 32) -> AuditedModel:
    unscaled = ImageInput(channels=1, height=size, width=size, mean=(0.0,), std=(1.0,))
    return AuditedModel(Threshold(rows, columns, level), spec(size, input=unscaled))


def png(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def validation_set(
    root: Path,
    count: int,
    image: Callable[[int, int, np.random.Generator], np.ndarray],
    mask: np.ndarray | None = None,
    given: ModelSpec | None = None,
) -> tuple[ValidationSet, Store, Manifest]:
    """A set of which every second item is a finding; `image(index, label, rng)` draws uint8 pixels."""
    store, rng = Store(root), np.random.default_rng(0)
    kept = None if mask is None else store.put(png(mask.astype(np.uint8) * 255))
    entries = tuple(
        ItemEntry(
            id=f"item-{index}",
            label=CLASSES[index % 2],
            groups={"sex": "F" if index % 3 else "M"},
            content=store.put(png(image(index, index % 2, rng))),
            mask=kept,
        )
        for index in range(count)
    )
    manifest = Manifest(items=entries)
    return ValidationSet(manifest, store, given or spec()), store, manifest


def noise(size: int = 32) -> Callable[[int, int, np.random.Generator], np.ndarray]:
    return lambda _index, _label, rng: rng.integers(0, 256, (size, size)).astype(np.uint8)


def plan(**more: object) -> Plan:
    values: dict[str, object] = {
        "methods": (
            MethodPlan(name="grad_cam"),
            MethodPlan(name="integrated_gradients", parameters={"steps": 8}),
            MethodPlan(name="occlusion", parameters={"window": 8, "stride": 4}),
        ),
        "shard_size": 4,
        "batch_size": 3,
        "resamples": 100,
        "minimum_group": 3,
        "grid": 4,
        "gallery": 6,
        "trust": TRUST,
        "robustness": RobustnessPlan(items=4, explained=1),
    }
    return Plan.model_validate(values | more)
