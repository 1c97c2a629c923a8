"""Reading the public chest films: labels.csv, images/ and the lung masks of two sources."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from examples.set_folder import Marked

CLASSES = ("normal", "pneumonia", "covid")
GROUPS = ("sex", "age", "view", "source")
MASKS = ("masks_lungvae", "masks_v7labs")  # the first folder that has a mask for a film gives it
Split = Literal["train", "val", "test"]


@dataclass(frozen=True)
class Row:
    """One film of labels.csv."""

    id: str
    label: str
    groups: dict[str, str]


def rows(data: Path, split: Split) -> list[Row]:
    """Return the films of one split, in the order of labels.csv."""
    with (data / "labels.csv").open(newline="") as file:
        return [
            Row(row["id"], row["label"], {group: row[group] for group in GROUPS})
            for row in csv.DictReader(file)
            if row["split"] == split
        ]


def boxes(data: Path) -> dict[str, list[Marked]]:
    """Return what radiologists marked, by the film's id, in the film's pixels; none where the data have no boxes."""
    path, found = data / "nih_boxes.csv", dict[str, list[Marked]]()
    if path.exists():
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                sides = (float(row[name]) for name in ("x", "y", "w", "h"))
                found.setdefault(row["id"], []).append(Marked(*sides, row["box_label"]))
    return found


def pixels(data: Path, film: str) -> NDArray[np.uint8]:
    """Return a film as 8-bit grey levels, (height, width)."""
    with Image.open(data / "images" / f"{film}.png") as image:
        return np.asarray(image.convert("L"))


def mask(data: Path, film: str) -> NDArray[np.uint8] | None:
    """Return a film's lung fields as 0 or 255, (height, width), or None where no source has them."""
    for folder in MASKS:
        path = data / folder / f"{film}.png"
        if path.exists():
            with Image.open(path) as image:
                return np.where(np.asarray(image.convert("L")) > 0, 255, 0).astype(np.uint8)
    return None
