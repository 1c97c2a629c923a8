"""Reading boxes.csv: what people marked in the images of a set."""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from auditor.common.errors import Refused
from auditor.common.said import Figure, say
from auditor.explain.spec import Box, Modality
from auditor.explain.words import KINDS
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


def read_boxes(folder: Path, kind: Modality, ids: Iterable[str]) -> dict[str, list[Mark]]:
    """Return the rows of boxes.csv by the item's id, nothing where there is no such file.

    Raises Refused naming row and field where an id is not in labels.csv, a number is none, or a box has no area, and
    where the items are not images.
    """
    path = folder / _FILE
    if not path.is_file():
        return {}
    if kind != "image":
        raise Refused(
            say(
                "%(file)s marks images, and the items of this set are of another kind (%(kind)s); leave it out.",
                file=_FILE,
                kind=KINDS[kind],
            )
        )
    known, found = set(ids), dict[str, list[Mark]]()
    for number, written in records(path, ("id", "x", "y")):
        fields = {_SHORT.get(name, name): value for name, value in written.items()}
        if fields["id"] not in known:
            raise Refused(
                say(
                    "%(file)s, row %(row)s, field id: labels.csv has no id %(id)s.",
                    file=_FILE,
                    row=number,
                    id=repr(fields["id"][:200]),
                )
            )
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
                say(
                    "%(file)s, row %(row)s, field %(field)s: a box needs a number over 0 here and has %(size)s.",
                    file=_FILE,
                    row=number,
                    field=name,
                    size=Figure(size),
                )
            )
    finding = fields.get("finding", "")
    if len(finding) > 200:
        raise Refused(
            say(
                "%(file)s, row %(row)s, field finding: it is longer than %(most)s characters.",
                file=_FILE,
                row=number,
                most=200,
            )
        )
    return Mark(number, x, y, width, height, finding)


def _number(number: int, fields: dict[str, str], name: str) -> float:
    if name not in fields:
        raise Refused(
            say(
                "%(file)s has no column %(column)s; its columns are: %(columns)s.",
                file=_FILE,
                column=repr(name),
                columns=tuple(fields),
            )
        )
    try:
        value = float(fields[name])
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise Refused(
            say(
                "%(file)s, row %(row)s, field %(field)s: %(value)s is not a number.",
                file=_FILE,
                row=number,
                field=name,
                value=repr(fields[name][:40]),
            )
        )
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
            say(
                "%(file)s, row %(row)s, field %(field)s: the box reaches from %(first)s to %(last)s, outside of its "
                "image, which has %(side)s pixels there.",
                file=_FILE,
                row=mark.number,
                field=name,
                first=Figure(begin),
                last=Figure(begin + extent),
                side=side,
            )
        )
    return first / side, (end - first) / side
