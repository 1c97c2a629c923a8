"""Numbers and places in plain words."""

from collections.abc import Callable, Mapping

from auditor.common.said import Figure, Said, Value, ours, say
from auditor.explain.evidence import Evidence, Measure, Region

_UNEXPLAINED = say("no reason recorded")
_PLACES: Mapping[tuple[str, str], Said] = {
    ("top", "left"): say("top left"),
    ("top", ""): say("top"),
    ("top", "right"): say("top right"),
    ("", "left"): say("left"),
    ("", ""): say("centre"),
    ("", "right"): say("right"),
    ("bottom", "left"): say("bottom left"),
    ("bottom", ""): say("bottom"),
    ("bottom", "right"): say("bottom right"),
}
_CORNERS: Mapping[tuple[str, str], Said] = {
    ("top", "left"): say("top left corner"),
    ("top", "right"): say("top right corner"),
    ("bottom", "left"): say("bottom left corner"),
    ("bottom", "right"): say("bottom right corner"),
}
_EDGES: Mapping[tuple[str, str], Said] = {
    ("top", ""): say("top edge"),
    ("bottom", ""): say("bottom edge"),
    ("", "left"): say("left edge"),
    ("", "right"): say("right edge"),
}
_IN_A_BODY: Mapping[str, Said] = {
    "lower": say("lower part"),
    "upper": say("upper part"),
    "front": say("front"),
    "back": say("back"),
    "right": say("right side"),
    "left": say("left side"),
}


def by_kind(evidence: Evidence, sentences: Mapping[str, Said], **values: Value) -> Said:
    """Return the one of some sentences that is about the kind of item of this evidence, with its values.

    Each language needs a sentence of its own for each kind, because its words change with what they speak of.
    """
    return Said(sentences[evidence.model.spec.input.kind].template, values)


def regions_or_nodes(regions: Said, nodes: Said) -> Mapping[str, Said]:
    """Return sentences by kind, of which the first is about images and volumes alike, and the second about graphs."""
    return {"image": regions, "volume": regions, "graph": nodes}


def percent(share: float) -> Said:
    """Return a share as a percentage with one decimal."""
    return say("%(n)s %%", n=Figure(100 * share, 1))


def rounded(p: float | None) -> Value:
    """Return a probability with two significant digits, and a dash where it was not computed."""
    return "–" if p is None else Figure(float(f"{p:.2g}"))


def with_interval(measure: Measure) -> Said:
    """Return a share and its interval in words, or why there is no interval."""
    return _measured(measure, percent)


def plain(measure: Measure) -> Said:
    """Return a number that is no share, and its interval, in words."""
    return _measured(measure, lambda value: Figure(value, 2))


def where_cell(cell: Region, side: int) -> Said:
    """Return where a cell of an image or a volume lies."""
    if cell.layer is None:
        return place(cell.row or 0, cell.column or 0, side)
    return place_in_volume(cell.layer, cell.row or 0, cell.column or 0, side)


def position(cell: Region) -> Said:
    """Return a cell's place in the grid, counted from 1."""
    row, column = (cell.row or 0) + 1, (cell.column or 0) + 1
    if cell.layer is None:
        return say("row %(row)s, column %(column)s", row=row, column=column)
    return say(
        "layer %(layer)s, row %(row)s, column %(column)s", layer=cell.layer + 1, row=row, column=column
    )


def place(row: int, column: int, side: int) -> Said:
    """Return where a grid cell lies, as a person would say it: "top right corner", "centre", "left edge"."""
    thirds = _third(row, side, "top", "bottom"), _third(column, side, "left", "right")
    ends = (0, side - 1)
    if row in ends and column in ends:
        return _CORNERS.get(thirds, _PLACES[thirds])
    at_edge = row in ends or column in ends
    return _EDGES.get(thirds, _PLACES[thirds]) if at_edge else _PLACES[thirds]


def place_in_volume(layer: int, row: int, column: int, side: int) -> Said:
    """Return where a cell of a volume lies in the body: "upper part, front, left side", "centre"."""
    thirds = (
        _third(layer, side, "lower", "upper"),
        _third(row, side, "front", "back"),
        _third(column, side, "right", "left"),
    )
    named = tuple(_IN_A_BODY[third] for third in thirds if third)
    return Said("%(places)s", {"places": named}) if named else _PLACES["", ""]


def _measured(measure: Measure, written: Callable[[float], Value]) -> Said:
    why = ours(measure.no_interval or _UNEXPLAINED)
    if measure.value is None:
        return say("undefined (%(why)s)", why=why)
    if measure.low is None or measure.high is None or measure.confidence is None:
        return say("%(value)s (no interval: %(why)s)", value=written(measure.value), why=why)
    return say(
        "%(value)s (%(confidence)s %% interval %(low)s to %(high)s)",
        value=written(measure.value),
        confidence=Figure(100 * measure.confidence),
        low=written(measure.low),
        high=written(measure.high),
    )


def _third(index: int, side: int, first: str, last: str) -> str:
    if 3 * index + 1.5 < side:
        return first
    return last if 3 * index + 1.5 > 2 * side else ""
