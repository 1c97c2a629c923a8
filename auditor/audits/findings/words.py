"""Numbers and places in plain words."""

from auditor.explain.evidence import Measure


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
