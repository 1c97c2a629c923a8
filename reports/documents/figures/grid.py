"""The grid map: how often each cell of the image or the volume decides, over a mean image."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize, TwoSlopeNorm

from auditor.language import localized
from reports.documents.figures.source import Bytes, Floats
from reports.documents.figures.style import INK, NEGATIVE, PAPER, POSITIVE, figure, house_style, png

FLIPS = LinearSegmentedColormap.from_list("flips", [PAPER, "#f2c75c", POSITIVE])
DROPS = LinearSegmentedColormap.from_list("drops", [NEGATIVE, PAPER, POSITIVE])


def grid_map(mean: Bytes, flips: Floats, drops: Floats, titles: tuple[str, str]) -> bytes:
    """Return two maps (rows, columns) side by side as PNG, each cell with its number; NaN is undefined."""
    flipped, dropped = _scales(flips, drops)
    with house_style():
        drawn = figure(166, 76)
        left, right = drawn.subplots(1, 2)
        _cells(left, mean, flips, FLIPS, flipped, titles[0], "{:.0f}", 100)
        _cells(right, mean, drops, DROPS, dropped, titles[1], "{:+.2f}", 1)
        return png(drawn)


def layer_map(
    means: Sequence[Bytes], flips: Floats, drops: Floats, titles: Sequence[str], rows: tuple[str, str]
) -> bytes:
    """Return maps (layers, rows, columns) as PNG, a column a layer: decisions changed above, fall of the score below.

    `means` are the pictures behind the layers, whose shapes say how cells lie; NaN is undefined.
    """
    flipped, dropped = _scales(flips, drops)
    with house_style():
        height, width = means[0].shape[:2]
        drawn = figure(166, 8 + 2 * 144 / max(len(means), 3) * height / width)
        upper, lower = drawn.subplots(2, len(means), squeeze=False)
        for layer, mean in enumerate(means):
            _cells(upper[layer], mean, flips[layer], FLIPS, flipped, titles[layer], "{:.0f}", 100)
            _cells(lower[layer], mean, drops[layer], DROPS, dropped, "", "{:+.2f}", 1)
        for axes, title in zip((upper[0], lower[0]), rows, strict=True):
            axes.set_ylabel(title, fontsize=8)
        return png(drawn)


def _scales(flips: Floats, drops: Floats) -> tuple[Normalize, Normalize]:
    """Return what full colour stands for: the largest share of flips, and the largest drop or rise."""
    highest = max(float(np.nan_to_num(flips).max()), 0.1)
    widest = max(float(np.abs(np.nan_to_num(drops)).max()), 0.01)
    return Normalize(0, highest), TwoSlopeNorm(0, -widest, widest)


def _cells(
    axes: Axes,
    mean: Bytes,
    values: Floats,
    colours: LinearSegmentedColormap,
    norm: Normalize,
    title: str,
    form: str,
    factor: float,
) -> None:
    rows, columns = values.shape
    extent = (0, columns, rows, 0)
    aspect = mean.shape[0] / mean.shape[1] * columns / rows
    axes.imshow(mean, extent=extent, aspect=aspect, interpolation="bilinear")
    painted = colours(norm(np.nan_to_num(values)))
    painted[..., 3] = np.where(
        np.isnan(values), 0.0, 0.25 + 0.6 * np.abs(np.nan_to_num(values)) / (norm.vmax or 1.0)
    )
    axes.imshow(painted, extent=extent, aspect=aspect, interpolation="nearest")
    size = min(7.5, 52 / columns)
    for row, column in np.ndindex(rows, columns):
        value = values[row, column]
        text = (
            "–"
            if np.isnan(value)
            else localized(form.format(value * factor).replace("-0.00", "0.00").replace("+0.00", "0.00"))
        )
        axes.text(
            column + 0.5, row + 0.5, text, ha="center", va="center", fontsize=size, color=INK,
            bbox={"boxstyle": "round,pad=0.12", "facecolor": PAPER, "alpha": 0.72, "linewidth": 0},
        )  # fmt: skip
    axes.set_xticks(range(columns + 1), [])
    axes.set_yticks(range(rows + 1), [])
    axes.grid(color=PAPER, linewidth=0.6)
    axes.tick_params(length=0)
    axes.set_title(title, fontsize=8, loc="left", color=INK)
    for spine in axes.spines.values():
        spine.set_visible(False)
