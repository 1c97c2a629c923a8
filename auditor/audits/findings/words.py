"""Numbers and places in plain words."""

from collections.abc import Mapping
from typing import NamedTuple

from auditor.explain.evidence import Evidence, Measure, Region


class Things(NamedTuple):
    """What findings call the items of one kind.

    Attributes
    ----------
    item : one item
    parts : what lies outside of the relevant region
    exchanging : what was done with that, as the start of a sentence
    itself : the relevant region in a comparison
    surroundings, region : both at the end of a sentence
    marked : what an item has where its relevant region is known
    look : what to do before a map that points outside is shown
    """

    item: str = "image"
    parts: str = "image parts outside of the relevant region"
    exchanging: str = (
        "Exchanging the part of the image that lies outside of the medically relevant region for that of another "
        "patient"
    )
    itself: str = "the region itself"
    surroundings: str = "surroundings"
    region: str = "relevant region"
    marked: str = "a mask of the relevant region"
    look: str = (
        "Read the gallery with the outlines of the relevant region before showing such a map to a person."
    )


_IMAGE = Things()
_THINGS: Mapping[str, Things] = {
    "volume": Things(
        item="volume",
        parts="volume parts outside of the relevant region",
        exchanging=(
            "Exchanging the part of the volume that lies outside of the medically relevant region for that of another "
            "patient"
        ),
    ),
    "graph": Things(
        item="graph",
        parts="nodes other than the relevant ones",
        exchanging="Taking away all nodes but the relevant ones, with their edges,",
        itself="the relevant nodes themselves",
        surroundings="other nodes",
        region="relevant nodes",
        marked="relevant nodes named",
        look="Read the gallery with the rings around the relevant nodes before showing such a map to a person.",
    ),
}


def things(evidence: Evidence) -> Things:
    """Return the words for the kind of items that this evidence is about."""
    return _THINGS.get(evidence.model.spec.input.kind, _IMAGE)


def percent(share: float) -> str:
    """Return a share as a percentage with one decimal."""
    return f"{100 * share:.1f} %"


def with_interval(measure: Measure) -> str:
    """Return a share and its interval in words, or why there is no interval."""
    if measure.value is None:
        return f"undefined ({measure.no_interval or 'no reason recorded'})"
    if measure.low is None or measure.high is None or measure.confidence is None:
        return f"{percent(measure.value)} (no interval: {measure.no_interval or 'no reason recorded'})"
    confidence = f"{100 * measure.confidence:g} % interval"
    return f"{percent(measure.value)} ({confidence} {percent(measure.low)} to {percent(measure.high)})"


def plain(measure: Measure) -> str:
    """Return a number that is no share, and its interval, in words."""
    if measure.value is None:
        return f"undefined ({measure.no_interval or 'no reason recorded'})"
    if measure.low is None or measure.high is None or measure.confidence is None:
        return f"{measure.value:.2f} (no interval: {measure.no_interval or 'no reason recorded'})"
    return f"{measure.value:.2f} ({100 * measure.confidence:g} % interval {measure.low:.2f} to {measure.high:.2f})"


def where_cell(cell: Region, side: int) -> str:
    """Return where a cell of an image or a volume lies."""
    if cell.layer is None:
        return place(cell.row or 0, cell.column or 0, side)
    return place_in_volume(cell.layer, cell.row or 0, cell.column or 0, side)


def position(cell: Region) -> str:
    """Return a cell's place in the grid, counted from 1."""
    layer = "" if cell.layer is None else f"layer {cell.layer + 1}, "
    return f"{layer}row {(cell.row or 0) + 1}, column {(cell.column or 0) + 1}"


def place(row: int, column: int, side: int) -> str:
    """Return where a grid cell lies, as a person would say it: "top right corner", "centre", "left edge"."""
    vertical, horizontal = _third(row, side, "top", "bottom"), _third(column, side, "left", "right")
    at_edge = {row, column} & {0, side - 1}
    corner = row in (0, side - 1) and column in (0, side - 1)
    if corner:
        return f"{vertical} {horizontal} corner"
    words = " ".join(word for word in (vertical, horizontal) if word) or "centre"
    return f"{words} edge" if at_edge and " " not in words else words


def place_in_volume(layer: int, row: int, column: int, side: int) -> str:
    """Return where a cell of a volume lies in the body: "upper front left", "lower back", "centre"."""
    words = (
        _third(layer, side, "lower", "upper"),
        _third(row, side, "front", "back"),
        _third(column, side, "right", "left"),
    )
    return " ".join(word for word in words if word) or "centre"


def counted(number: int, one: str, many: str) -> str:
    """Return a number with its noun."""
    return f"{number} {one if number == 1 else many}"


def _third(index: int, side: int, first: str, last: str) -> str:
    if 3 * index + 1.5 < side:
        return first
    return last if 3 * index + 1.5 > 2 * side else ""
