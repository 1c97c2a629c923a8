"""The forest plot: one line a group, its value and its interval."""

from collections.abc import Sequence
from typing import NamedTuple

from reports.documents.figures.style import ACCENT, INK, LINE, SOFT, figure, house_style, svg
from reports.documents.formats import clipped

_LABEL = 44


class Row(NamedTuple):
    """One line of the plot; `low` and `high` are None where there is no interval."""

    label: str
    n: int
    value: float
    low: float | None
    high: float | None
    overall: bool = False


def forest(rows: Sequence[Row], label: str, threshold: float | None) -> bytes:
    """Return the plot as SVG; the dashed line is the plan's threshold."""
    with house_style():
        drawn = figure(166, 16 + 6.4 * len(rows))
        axes = drawn.add_subplot()
        for y, row in enumerate(rows):
            _line(axes, y, row)
        if threshold is not None:
            axes.axvline(threshold, color=SOFT, linewidth=0.8, linestyle=(0, (3, 2)), zorder=0)
        lows = [row.value if row.low is None else row.low for row in rows]
        left = max(0.0, min([*lows, threshold if threshold is not None else 1.0]) - 0.05)
        highs = [row.value if row.high is None else row.high for row in rows]
        right = max([*highs, threshold if threshold is not None else 0.0])
        axes.set_xlim(left, min(1.005, right + 0.05 * (right - left) + 0.005))
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_yticks(range(len(rows)), [f"{clipped(row.label, _LABEL)}  (n = {row.n})" for row in rows])
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x", color=LINE, linewidth=0.5)
        axes.set_axisbelow(True)
        axes.set_xlabel(label)
        return svg(drawn)


def _line(axes: object, y: int, row: Row) -> None:
    colour = INK if row.overall else ACCENT
    if row.low is not None and row.high is not None:
        axes.plot([row.low, row.high], [y, y], color=colour, linewidth=1.6, solid_capstyle="butt")  # type: ignore[attr-defined]
        for end in (row.low, row.high):
            axes.plot([end, end], [y - 0.14, y + 0.14], color=colour, linewidth=1)  # type: ignore[attr-defined]
    axes.plot([row.value], [y], marker="D" if row.overall else "o", color=colour, markersize=4.5)  # type: ignore[attr-defined]
