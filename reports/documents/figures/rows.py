"""A row of a table: its values, and a panel of bars for each method."""

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes

from auditor.language import localized
from reports.documents.figures.style import INK, LINE, NEGATIVE, POSITIVE, SOFT, figure, house_style, svg

_WIDTH, _ROW, _ACROSS, _PANEL, _MOST_NAMES = 166.0, 5.2, 4, 27.5, 88.0


class Method(NamedTuple):
    """A method's title, what it attributes to each row of the chart, and what a bar of full length stands for."""

    title: str
    values: list[float]
    full: float


def row_chart(rows: Sequence[tuple[str, str]], methods: Sequence[Method]) -> bytes:
    """Return the chart as SVG; `rows` are (column, value) from top to bottom.

    A bar to the right is positive, one to the left negative and hatched. Each panel has the scale of its method, from
    minus to plus what a bar of full length stands for; a bar that would be longer, as a sum may be, ends there.
    """
    across = min(_ACROSS, len(methods)) or 1
    names = min(_WIDTH - across * _PANEL, _MOST_NAMES)
    bands = [methods[first : first + _ACROSS] for first in range(0, len(methods), _ACROSS)] or [()]
    height = (_ROW * len(rows) + 11) * len(bands)
    with house_style():
        drawn = figure(_WIDTH, height)
        grid = drawn.add_gridspec(
            len(bands), 1 + across, width_ratios=[names, *[(_WIDTH - names) / across] * across]
        )
        for band, shown in enumerate(bands):
            _names(drawn.add_subplot(grid[band, 0]), rows, int(names / 1.4))
            for place, method in enumerate(shown):
                _bars(drawn.add_subplot(grid[band, 1 + place]), method)
        return svg(drawn)


def _names(axes: Axes, rows: Sequence[tuple[str, str]], letters: int) -> None:
    axes.set_xlim(0, 1)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    for y, (name, value) in enumerate(rows):
        axes.text(
            0, y, textwrap.shorten(name, letters - 16, placeholder="…"), fontsize=7.5, va="center", color=INK
        )
        axes.text(
            1,
            y,
            textwrap.shorten(value, 18, placeholder="…"),
            fontsize=7.5,
            va="center",
            ha="right",
            color=SOFT,
        )
    axes.axis("off")


def _bars(axes: Axes, method: Method) -> None:
    values = method.values
    full = method.full or 1.0
    axes.set_xlim(-1.45, 1.45)
    axes.set_ylim(len(values) - 0.5, -0.5)
    axes.axvline(0, color=SOFT, linewidth=0.6)
    for y, value in enumerate(values):
        length, positive = min(max(value / full, -1.0), 1.0), value > 0
        axes.barh(
            y,
            length,
            height=0.62,
            color=POSITIVE if positive else NEGATIVE,
            hatch=None if positive else "////",
            edgecolor="white",
            linewidth=0,
        )
        if abs(length) >= 0.005:
            axes.text(
                length + (0.05 if positive else -0.05),
                y,
                localized(f"{value:+.2g}"),
                fontsize=5.8,
                va="center",
                ha="left" if positive else "right",
                color=SOFT,
            )
    title = "\n".join(textwrap.wrap(method.title, 22)[:2])
    axes.set_title(title, fontsize=7, loc="center", color=INK)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_axisbelow(True)
    for y in range(1, len(values)):
        axes.axhline(y - 0.5, color=LINE, linewidth=0.3, zorder=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
