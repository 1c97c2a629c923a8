"""Curves side by side: how a probability follows one column, and how several methods fare along one axis."""

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from auditor.explain.globals.documents import Curve
from reports.documents.figures.style import ACCENT, INK, LINE, SOFT, figure, house_style, svg
from reports.documents.formats import clipped

_ACROSS, _HEIGHT = 3, 38.0
_COLOURS = ("#1f4e79", "#b2182b", "#4d7c2a", "#8a640c", "#6b4c9a", "#0f7b7b", "#a3456b", "#5b6675")
_STYLES: tuple[object, ...] = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (5, 1.5, 1, 1.5)))


class Line(NamedTuple):
    """One line of a panel; `apart` sets a baseline apart from the rest."""

    label: str
    values: Sequence[float]
    apart: bool = False


def line_panels(
    panels: Sequence[tuple[str, Sequence[float], Sequence[Line]]], across: str, upwards: str
) -> bytes:
    """Return panels of lines as SVG, each with its title, its places on the axis and its lines.

    Lines differ by colour, by stroke and by mark, and are named in one legend.
    """
    with house_style():
        lines = max((lines for _, _, lines in panels), key=len)
        drawn = figure(166, 58 + 4.2 * -(-len(lines) // 3))
        for axes, (title, at, shown) in zip(
            drawn.subplots(1, len(panels), squeeze=False)[0], panels, strict=True
        ):
            for number, line in enumerate(shown):
                axes.plot(at, line.values, label=line.label, **_look(number, line.apart))
            axes.set_title(title, fontsize=7.5, loc="left", color=INK)
            axes.set_xlabel(across, fontsize=7)
            axes.tick_params(labelsize=6.5, length=2)
            axes.grid(color=LINE, linewidth=0.4)
            axes.set_axisbelow(True)
            axes.locator_params(axis="x", integer=True)
        drawn.axes[0].set_ylabel(upwards, fontsize=7)
        handles, labels = max(
            (axes.get_legend_handles_labels() for axes in drawn.axes), key=lambda one: len(one[1])
        )
        drawn.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=7)
        return svg(drawn)


def _look(number: int, apart: bool) -> dict[str, object]:
    if apart:
        return {"color": SOFT, "linestyle": (0, (3, 2)), "linewidth": 1.0}
    return {
        "color": _COLOURS[number % len(_COLOURS)],
        "linestyle": _STYLES[number % len(_STYLES)],
        "marker": "osD^v<>P"[number % 8],
        "markersize": 2.6,
        "linewidth": 1.2,
    }


def curve_panels(curves: Sequence[Curve]) -> bytes:
    """Return one panel a curve as SVG; the band is the interval at each point, dots are categories."""
    rows = -(-len(curves) // _ACROSS)
    with house_style():
        drawn = figure(166, _HEIGHT * rows)
        axes = drawn.subplots(rows, _ACROSS, squeeze=False)
        for place, panel in enumerate(axes.flat):
            if place < len(curves):
                _panel(panel, curves[place])
            else:
                panel.axis("off")
        return svg(drawn)


def _panel(axes: Axes, curve: Curve) -> None:
    values = np.array(curve.values)
    low, high = (
        np.array([np.nan if end is None else end for end in ends]) for ends in (curve.low, curve.high)
    )
    if curve.categories:
        at = np.arange(len(values), dtype=np.float64)
        axes.errorbar(
            at, values, [values - low, high - values], fmt="o", color=ACCENT, markersize=3.5, linewidth=1
        )
        axes.set_xticks(
            at, [textwrap.shorten(name, 10, placeholder="…") for name in curve.categories], fontsize=6
        )
    else:
        at = np.array(curve.at)
        axes.fill_between(at, low, high, color=ACCENT, alpha=0.18, linewidth=0)
        axes.plot(at, values, color=ACCENT, linewidth=1.2)
        axes.plot(at, np.full_like(at, axes.get_ylim()[0]), "|", color=SOFT, markersize=4, clip_on=False)
        axes.locator_params(axis="x", nbins=4)
    if curve.kind == "accumulated_local_effects":
        axes.axhline(0, color=SOFT, linewidth=0.6, linestyle=(0, (3, 2)))
    axes.locator_params(axis="y", nbins=4)
    axes.tick_params(labelsize=6.2, length=2)
    axes.grid(color=LINE, linewidth=0.4)
    axes.set_axisbelow(True)
    axes.set_title(
        "\n".join(textwrap.wrap(clipped(curve.title, 60), 34)[:2]), fontsize=7, loc="left", color=INK
    )
    axes.set_xlabel(curve.unit, fontsize=6.2)
