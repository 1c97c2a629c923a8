"""Write public chest films that were not learnt from as a validation set: `python -m examples.chest_xray.prepare`."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from examples.chest_xray.films import GROUPS, Split, boxes, mask, pixels, rows
from examples.set_folder import Item, film, write_set

DATA = Path("../shared/data/cxr_dev")
HELD_OUT: tuple[Split, ...] = ("val", "test")
OUT = Path("var/examples/chest_xray/validation")


def prepare(data: Path, out: Path, splits: Sequence[Split] = HELD_OUT) -> int:
    """Write some splits as one validation set, films as they are, and return how many films it has."""
    return write_set(
        out,
        name=f"Public chest films, {' and '.join(splits)}",
        description="Public chest radiographs: normal, pneumonia or covid; lung masks for some, boxes for fewer.",
        groups=GROUPS,
        items=_items(data, splits),
    )


def _items(data: Path, splits: Sequence[Split]) -> Iterator[Item]:
    marked = boxes(data)
    for row in (row for split in splits for row in rows(data, split)):
        drawn = pixels(data, row.id)
        yield film(row.id, row.label, row.groups, drawn, mask(data, row.id), marked.get(row.id, []))


def main() -> None:
    """Read the command line and write the set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder with labels.csv and images/")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--splits", nargs="+", choices=("train", "val", "test"), default=HELD_OUT)
    options = parser.parse_args()
    print(f"{prepare(options.data, options.out, options.splits)} films in {options.out}")


if __name__ == "__main__":
    main()
