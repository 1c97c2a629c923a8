"""The mean maps of groups of like explanations, over a mean image."""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from reports.documents.figures.grid import FLIPS
from reports.documents.figures.source import Bytes, Floats
from reports.documents.figures.style import INK, figure, house_style, png

_ACROSS = 6


class Tile(NamedTuple):
    """One group: its title, its mean map (rows, columns) and the places (row, column) with half of it."""

    title: str
    values: Floats
    cells: Sequence[tuple[int, int]]


def cluster_maps(mean: Bytes, tiles: Sequence[Tile]) -> bytes:
    """Return the groups side by side as PNG, each over the mean image with its half of the mass outlined."""
    across = min(_ACROSS, max(len(tiles), 3))
    down = -(-len(tiles) // across)
    with house_style():
        height, width = mean.shape[:2]
        drawn = figure(166, down * (166 / across * min(1.6, height / width) + 9))
        for axes, tile in zip(drawn.subplots(down, across, squeeze=False).flat, tiles, strict=False):
            _tile(axes, mean, tile)
        for axes in drawn.axes[len(tiles) :]:
            axes.remove()
        return png(drawn)


def _tile(axes: Axes, mean: Bytes, tile: Tile) -> None:
    rows, columns = tile.values.shape
    extent = (0, columns, rows, 0)
    aspect = mean.shape[0] / mean.shape[1] * columns / rows
    axes.imshow(mean, extent=extent, aspect=aspect, interpolation="bilinear")
    strength = tile.values / (float(tile.values.max()) or 1.0)
    painted = FLIPS(strength)
    painted[..., 3] = 0.8 * strength
    axes.imshow(painted, extent=extent, aspect=aspect, interpolation="nearest")
    for row, column in tile.cells:
        axes.add_patch(Rectangle((column, row), 1, 1, fill=False, edgecolor=INK, linewidth=0.9))
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_title(tile.title, fontsize=6.5, loc="left", color=INK)
    for spine in axes.spines.values():
        spine.set_visible(False)
