"""What a change does, dose by dose: accuracy and decisions altered with their intervals, one panel a change."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from auditor.explain.measure import Measure
from reports.documents.figures.style import ACCENT, INK, LINE, SOFT, figure, house_style, svg
from reports.documents.formats import short

_ACROSS, _HEIGHT, _KEY = 4, 39.0, 8.0
_HARMLESS, _DARK = "#eceff3", "#7a8594"
_Style = Literal["-"] | tuple[float, tuple[float, float]]
_LOOKS: tuple[tuple[str, _Style, str], ...] = ((ACCENT, "-", "o"), (_DARK, (0, (4, 1.5)), "s"))


class Line(NamedTuple):
    """One line of a panel: a measure a dose, beginning with the dose 0."""

    label: str
    measures: tuple[Measure, ...]


class Panel(NamedTuple):
    """One change: its title and unit, the doses, the level up to which they are harmless, and two lines."""

    title: str
    unit: str
    doses: tuple[float, ...]
    harmless: int
    lines: tuple[Line, Line]


def dose_panels(panels: Sequence[Panel], harmless: str) -> bytes:
    """Return the panels as SVG; levels are evenly spaced, and the grey ground is what `harmless` names."""
    across = min(_ACROSS, len(panels))
    rows = -(-len(panels) // across)
    with house_style():
        drawn = figure(166 if across > 2 else 83 * across, _HEIGHT * rows + _KEY)
        axes = drawn.subplots(rows, across, squeeze=False, sharey=True)
        for place, each in enumerate(axes.flat):
            if place < len(panels):
                _panel(each, panels[place])
                each.set_ylabel("" if place % across else "%", fontsize=6.2)
            else:
                each.axis("off")
        drawn.legend(
            handles=_key(panels[0], harmless),
            loc="outside upper left",
            ncols=3,
            fontsize=7,
            frameon=False,
            handlelength=3,
        )
        return svg(drawn)


def _panel(axes: Axes, panel: Panel) -> None:
    at = np.arange(len(panel.doses) + 1, dtype=np.float64)
    axes.axvspan(0, panel.harmless, color=_HARMLESS, linewidth=0, zorder=0)
    for line, (colour, style, marker) in zip(panel.lines, _LOOKS, strict=True):
        values, low, high = (100 * _ends(line.measures, end) for end in ("value", "low", "high"))
        axes.fill_between(at, low, high, color=colour, alpha=0.22, linewidth=0)
        axes.plot(at, values, color=colour, linestyle=style, marker=marker, markersize=3, linewidth=1.2)
    axes.set_xticks(at, ["0", *(short(dose) for dose in panel.doses)])
    axes.set_xlim(0, len(panel.doses))
    axes.set_ylim(-2, 102)
    axes.set_yticks([0, 25, 50, 75, 100])
    axes.tick_params(labelsize=6.2, length=2)
    axes.grid(axis="y", color=LINE, linewidth=0.4)
    axes.set_axisbelow(True)
    axes.set_title(panel.title, fontsize=7, loc="left", color=INK)
    axes.set_xlabel(panel.unit, fontsize=6.2, color=SOFT)


def _ends(measures: Sequence[Measure], end: str) -> np.ndarray:
    """Return one end of each interval, and the value itself where there is no interval."""
    found = [getattr(one, end) if getattr(one, end) is not None else one.value for one in measures]
    return np.array([np.nan if value is None else value for value in found], dtype=np.float64)


def _key(panel: Panel, harmless: str) -> list[Line2D | Patch]:
    lines = [
        Line2D([], [], color=colour, linestyle=style, marker=marker, markersize=3.5, label=line.label)
        for line, (colour, style, marker) in zip(panel.lines, _LOOKS, strict=True)
    ]
    return [*lines, Patch(color=_HARMLESS, label=harmless)]
