"""Reading boxes.csv: what people marked in the images of a set."""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from auditor.common.errors import Refused
from auditor.explain.spec import Box
from auditor.registry.intake.labels import records

_FILE = "boxes.csv"
_SHORT = {"w": "width", "h": "height"}
_SLACK = 0.5  # pixels that rounding may put a box outside of its image


class Mark(NamedTuple):
    """One row: its number in the file, a box in pixels, and what was found there."""

    number: int
    x: float
    y: float
    width: float
    height: float
    finding: str


def read_boxes(folder: Path, kind: str, ids: Iterable[str]) -> dict[str, list[Mark]]:
    """Return the rows of boxes.csv by the item's id, nothing where there is no such file.

    Raises Refused naming row and field where an id is not in labels.csv, a number is none, or a box has no area, and
    where the items are not images.
    """
    path = folder / _FILE
    if not path.is_file():
        return {}
    if kind != "image":
        raise Refused(
            f"{_FILE} marks images, and the items of this set are of the kind {kind}; leave it out."
        )
    known, found = set(ids), dict[str, list[Mark]]()
    for number, written in records(path, ("id", "x", "y")):
        fields = {_SHORT.get(name, name): value for name, value in written.items()}
        if fields["id"] not in known:
            raise Refused(f"{_FILE}, row {number}, field id: labels.csv has no id {fields['id'][:200]!r}.")
        found.setdefault(fields["id"], []).append(_mark(number, fields))
    return found


def within(marks: Iterable[Mark], height: int, width: int) -> tuple[Box, ...]:
    """Return marks as fractions of their image's sides; raises Refused naming the row that lies outside of it."""
    return tuple(_box(mark, height, width) for mark in marks)


def _mark(number: int, fields: dict[str, str]) -> Mark:
    x, y, width, height = (_number(number, fields, name) for name in ("x", "y", "width", "height"))
    for name, size in (("width", width), ("height", height)):
        if size <= 0:
            raise Refused(
                f"{_FILE}, row {number}, field {name}: a box needs a {name} over 0 and has {size:g}."
            )
    finding = fields.get("finding", "")
    if len(finding) > 200:
        raise Refused(f"{_FILE}, row {number}, field finding: it is longer than 200 characters.")
    return Mark(number, x, y, width, height, finding)


def _number(number: int, fields: dict[str, str], name: str) -> float:
    if name not in fields:
        raise Refused(f"{_FILE} has no column {name!r}; its columns are {', '.join(fields)}.")
    try:
        value = float(fields[name])
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise Refused(f"{_FILE}, row {number}, field {name}: {fields[name][:40]!r} is not a number.")
    return value


def _box(mark: Mark, height: int, width: int) -> Box:
    x, across = _fractions(mark, "x", mark.x, mark.width, width)
    y, down = _fractions(mark, "y", mark.y, mark.height, height)
    return Box(x=x, y=y, width=across, height=down, finding=mark.finding)


def _fractions(mark: Mark, name: str, begin: float, extent: float, side: int) -> tuple[float, float]:
    """Return where a stretch of pixels begins and how long it is, both as shares of the side."""
    first, end = max(begin, 0.0), min(begin + extent, float(side))
    if begin < -_SLACK or begin + extent > side + _SLACK or end <= first:
        raise Refused(
            f"{_FILE}, row {mark.number}, field {name}: the box reaches from {begin:g} to {begin + extent:g}, outside "
            f"of its image, which has {side} pixels there."
        )
    return first / side, (end - first) / side
