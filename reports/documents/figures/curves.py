"""How a probability follows one column: partial dependence and local effects with their intervals, side by side."""

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from auditor.explain.globals.documents import Curve
from reports.documents.figures.style import ACCENT, INK, LINE, SOFT, figure, house_style, svg

_ACROSS, _HEIGHT = 3, 38.0


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
    axes.set_title("\n".join(textwrap.wrap(curve.title, 34)[:2]), fontsize=7, loc="left", color=INK)
    axes.set_xlabel(curve.unit, fontsize=6.2)
