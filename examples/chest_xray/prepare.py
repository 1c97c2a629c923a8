"""Write one split of the public chest films as a validation set: `python -m examples.chest_xray.prepare`."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from examples.chest_xray.films import GROUPS, Split, boxes, mask, pixels, rows
from examples.set_folder import Item, film, write_set

DATA = Path("../shared/data/cxr_dev")
OUT = Path("var/examples/chest_xray/validation")


def prepare(data: Path, out: Path, split: Split = "test") -> int:
    """Write one split as a validation set, films as they are, and return how many films it has."""
    return write_set(
        out,
        name=f"Public chest films, {split}",
        description="Public chest radiographs: normal, pneumonia or covid; lung masks for some, boxes for fewer.",
        groups=GROUPS,
        items=_items(data, split),
    )


def _items(data: Path, split: Split) -> Iterator[Item]:
    marked = boxes(data)
    for row in rows(data, split):
        drawn = pixels(data, row.id)
        yield film(row.id, row.label, row.groups, drawn, mask(data, row.id), marked.get(row.id, []))


def main() -> None:
    """Read the command line and write the set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder with labels.csv and images/")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--split", choices=("train", "val", "test"), default="test")
    options = parser.parse_args()
    print(f"{prepare(options.data, options.out, options.split)} films in {options.out}")


if __name__ == "__main__":
    main()
