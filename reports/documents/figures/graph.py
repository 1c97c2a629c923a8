"""One graph on paper: as given, or with what a method attributes to its nodes and edges."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import FancyArrowPatch

from reports.documents.figures.layout import Pairs, Points
from reports.documents.figures.source import Floats
from reports.documents.figures.style import INK, NEGATIVE, PAPER, POSITIVE, figure, house_style, svg

RELEVANT, FOCUS = "#b98a1c", "#1b2430"
_SIDE = 62.0  # millimetres
_EDGE, _FAINT = "#8b95a3", "#c9cfd8"


class Drawing(NamedTuple):
    """A graph as it is drawn: its places (nodes, 2), its edges, what is known of its nodes.

    `letters` are one a node, or none; `relevant` are drawn in a dashed ring where asked; an edge of a `directed`
    graph has an arrow at its second node.
    """

    places: Points
    pairs: Pairs
    letters: tuple[str, ...]
    relevant: frozenset[int]
    focus: int | None
    directed: bool


def original(drawing: Drawing) -> bytes:
    """Return a graph as SVG: letters in its nodes, a dashed ring around relevant ones, a diamond around the focus."""
    with house_style():
        drawn = figure(_SIDE, _SIDE)
        axes, size = _axes(drawn.add_subplot(), drawing), _size(drawing)
        _edges(axes, drawing, dict.fromkeys(drawing.pairs, 0.0), size)
        x, y = drawing.places.T
        axes.scatter(x, y, s=size, color=PAPER, edgecolors=INK, linewidths=0.8, zorder=3)
        for left, up, letter in zip(x, y, drawing.letters, strict=False):
            axes.text(
                left, up, letter, fontsize=0.66 * np.sqrt(size), ha="center", va="center_baseline", zorder=4
            )
        x, y = drawing.places[sorted(drawing.relevant)].T
        axes.scatter(
            x, y, s=2.6 * size, facecolors="none", edgecolors=RELEVANT, linewidths=1.3, linestyles=(0, (2.2, 1.4)),
            zorder=2,
        )  # fmt: skip
        _focus(axes, drawing, size)
        return svg(drawn)


def attributed(drawing: Drawing, values: Floats, edges: Mapping[tuple[int, int], float]) -> bytes:
    """Return a graph as SVG under what a method attributes to nodes (nodes,) in [-1, 1] and to edges in [0, 1].

    Red circles are positive, blue squares negative, both the larger and the deeper the larger the value. An edge is
    the thicker and the darker the larger its value; of a method that speaks of nodes only, `edges` is empty.
    """
    with house_style():
        drawn = figure(_SIDE, _SIDE)
        axes, size = _axes(drawn.add_subplot(), drawing), _size(drawing)
        _edges(axes, drawing, {pair: edges.get(pair, 0.0) for pair in drawing.pairs}, size)
        for sign, shape, colour in ((1, "o", POSITIVE), (-1, "s", NEGATIVE), (0, "o", PAPER)):
            chosen = np.flatnonzero(np.sign(values) == sign)
            strength = np.abs(values[chosen])
            x, y = drawing.places[chosen].T
            axes.scatter(
                x, y, s=size * (0.3 + 1.2 * strength), marker=shape, zorder=3,
                color=[_mixed(colour, share) for share in strength], edgecolors=INK, linewidths=0.6,
            )  # fmt: skip
        _focus(axes, drawing, size)
        return svg(drawn)


def _axes(axes: Axes, drawing: Drawing) -> Axes:
    axes.set_xlim(-1.16, 1.16)
    axes.set_ylim(-1.16, 1.16)
    axes.set_aspect("equal")
    axes.axis("off")
    return axes


def _size(drawing: Drawing) -> float:
    """Return the area of a node in square points: the more nodes, the smaller."""
    return float(np.clip(2600 / len(drawing.places), 16, 150))


def _edges(axes: Axes, drawing: Drawing, strength: Mapping[tuple[int, int], float], size: float) -> None:
    """Draw edges by their strength in [0, 1], the strongest on top."""
    ordered = sorted(drawing.pairs, key=lambda pair: (strength[pair], pair))
    widths = [0.7 + 2.6 * strength[pair] for pair in ordered]
    colours = [_mixed(INK, strength[pair], _FAINT if any(strength.values()) else _EDGE) for pair in ordered]
    if not drawing.directed:
        lines = [drawing.places[list(pair)] for pair in ordered]
        axes.add_collection(LineCollection(lines, linewidths=widths, colors=colours, zorder=1))
        return
    for (first, second), width, colour in zip(ordered, widths, colours, strict=True):
        ends = tuple(drawing.places[first]), tuple(drawing.places[second])
        gap = 0.55 * np.sqrt(size) + 0.5
        axes.add_patch(
            FancyArrowPatch(
                *ends, arrowstyle="-|>", mutation_scale=5 + width, linewidth=width, color=colour, shrinkA=gap,
                shrinkB=gap, zorder=1,
            )
        )  # fmt: skip


def _focus(axes: Axes, drawing: Drawing, size: float) -> None:
    if drawing.focus is not None:
        x, y = drawing.places[drawing.focus]
        axes.scatter(
            x, y, s=3.4 * size, marker="D", facecolors="none", edgecolors=FOCUS, linewidths=1.4, zorder=5
        )


def _mixed(colour: str, share: float, ground: str = PAPER) -> tuple[float, float, float]:
    """Return a colour mixed into a ground, from none of it at 0 to all of it at 1."""
    top, under = (np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)]) / 255 for code in (colour, ground))
    red, green, blue = (share**0.75 * top + (1 - share**0.75) * under).tolist()
    return red, green, blue
