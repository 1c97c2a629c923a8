"""The reliability diagram: what probabilities promised and what came true, bin by bin."""

import numpy as np

from auditor.explain.evidence import Calibration
from reports.documents.figures.style import ACCENT, INK, LINE, PAPER, SOFT, figure, house_style, svg


def reliability(curve: Calibration, across: str, up: str) -> bytes:
    """Return the diagram as SVG: a point a bin with its interval; on the dashed line promises are kept.

    Ticks at the bottom show the range of each bin. `across` and `up` name the axes.
    """
    predicted = np.array([one.predicted for one in curve.bins])
    observed = np.array([one.observed.value or 0.0 for one in curve.bins])
    low = np.array([one.observed.low or 0.0 for one in curve.bins])
    high = np.array([1.0 if one.observed.high is None else one.observed.high for one in curve.bins])
    with house_style():
        drawn = figure(68, 64)
        axes = drawn.add_subplot()
        axes.plot([0, 1], [0, 1], color=SOFT, linewidth=0.8, linestyle=(0, (3, 2)))
        axes.plot(predicted, observed, color=ACCENT, linewidth=0.8)
        axes.errorbar(
            predicted,
            observed,
            [observed - np.minimum(low, observed), np.maximum(high, observed) - observed],
            fmt="o",
            color=INK,
            markerfacecolor=PAPER,
            markersize=4.5,
            linewidth=1,
            capsize=2,
        )
        for one in curve.bins:
            axes.plot([one.low, one.high], [-0.035, -0.035], color=INK, linewidth=1.2, solid_capstyle="butt")
            axes.plot([one.low, one.high], [-0.035, -0.035], "|", color=INK, markersize=4)
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.06, 1.02)
        axes.set_aspect("equal")
        axes.set_xticks(np.linspace(0, 1, 6))
        axes.set_yticks(np.linspace(0, 1, 6))
        axes.tick_params(labelsize=7, length=2)
        axes.grid(color=LINE, linewidth=0.4)
        axes.set_axisbelow(True)
        axes.set_xlabel(across, fontsize=7.5)
        axes.set_ylabel(up, fontsize=7.5)
        return svg(drawn)
