"""Writing a validation-set folder: labels.csv, the items' files and the set.json that names them."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image


class Marked(NamedTuple):
    """A box in pixels, and what was found there."""

    x: float
    y: float
    width: float
    height: float
    finding: str = ""


@dataclass(frozen=True)
class Item:
    """One item: its id, label and groups, and its files by their place in the folder."""

    id: str
    label: str
    groups: dict[str, str]
    files: Mapping[str, bytes]
    boxes: Sequence[Marked] = ()


def film(
    name: str,
    label: str,
    groups: dict[str, str],
    pixels: NDArray[np.uint8],
    mask: NDArray[np.uint8] | None,
    boxes: Sequence[Marked] = (),
) -> Item:
    """Return an image as an item; the mask is over 0 where the model should look, boxes what is marked there."""
    files = {f"images/{name}.png": png(pixels)}
    files |= {} if mask is None else {f"masks/{name}.png": png(mask)}
    return Item(name, label, groups, files, boxes)


def write_set(
    folder: Path,
    *,
    name: str,
    description: str,
    groups: Sequence[str],
    items: Iterable[Item],
    kind: str = "image",
) -> int:
    """Write a validation set into a folder, which is made where missing, and return how many items it has."""
    folder.mkdir(parents=True, exist_ok=True)
    head: dict[str, object] = {"schema": "retrace-set/1", "name": name, "description": description}
    head |= {"groups": list(groups)} | ({} if kind == "image" else {"kind": kind})
    (folder / "set.json").write_text(json.dumps(head, indent=2) + "\n")
    count, marked = 0, list[list[str]]()
    with (folder / "labels.csv").open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["id", "label", *groups])
        for item in items:
            count += 1
            table.writerow([item.id, item.label, *(item.groups[group] for group in groups)])
            marked.extend([item.id, *(f"{side:.1f}" for side in box[:4]), box.finding] for box in item.boxes)
            for place, content in item.files.items():
                (folder / place).parent.mkdir(parents=True, exist_ok=True)
                (folder / place).write_bytes(content)
    if marked:
        _write_boxes(folder / "boxes.csv", marked)
    return count


def _write_boxes(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerows([["id", "x", "y", "width", "height", "finding"], *rows])


def png(pixels: NDArray[np.uint8]) -> bytes:
    """Return grey levels as PNG."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", compress_level=9)
    return stream.getvalue()
