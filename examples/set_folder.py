"""Writing a validation-set folder: labels.csv, images, masks and the set.json that names them."""

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image


@dataclass(frozen=True)
class Item:
    """One film: its id, label, groups and grey levels; the mask is over 0 where the model should look."""

    id: str
    label: str
    groups: dict[str, str]
    pixels: NDArray[np.uint8]
    mask: NDArray[np.uint8] | None


def write_set(
    folder: Path, *, name: str, description: str, groups: Sequence[str], items: Iterable[Item]
) -> int:
    """Write a validation set into a folder, which is made where missing, and return how many items it has."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    (folder / "masks").mkdir(exist_ok=True)
    head = {"schema": "retrace-set/1", "name": name, "description": description, "groups": list(groups)}
    (folder / "set.json").write_text(json.dumps(head, indent=2) + "\n")
    count = 0
    with (folder / "labels.csv").open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["id", "label", *groups])
        for item in items:
            count += 1
            table.writerow([item.id, item.label, *(item.groups[group] for group in groups)])
            _save(item.pixels, folder / "images" / f"{item.id}.png")
            if item.mask is not None:
                _save(item.mask, folder / "masks" / f"{item.id}.png")
    return count


def _save(pixels: NDArray[np.uint8], path: Path) -> None:
    Image.fromarray(pixels).save(path, "PNG", compress_level=9)
