"""The surrogate tree, drawn from left to right with its questions in words."""

import textwrap
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from auditor.explain.evidence import Feature, TreeNode
from auditor.explain.globals.rules import LARGEST
from reports.documents.figures.style import ACCENT, INK, PAPER, SOFT, figure, house_style, svg
from reports.documents.formats import clipped, short

Place = tuple[float, float]
_WIDTH, _ROW = 166.0, 15.0


def tree(nodes: Sequence[TreeNode], features: Sequence[Feature]) -> bytes:
    """Return the tree as SVG; the upper branch of each question is "yes"."""
    places: dict[int, Place] = {}
    depth = _arrange(nodes, 0, 0, [0], places)
    leaves = sum(node.feature is None for node in nodes)
    titles = {feature.name: feature for feature in features}
    with house_style():
        drawn = figure(_WIDTH, max(30.0, _ROW * leaves + 4))
        axes = drawn.add_subplot()
        column = _WIDTH / (depth + 1)
        for index, place in sorted(places.items()):
            _branches(axes, nodes[index], place, places, column)
        for index, place in sorted(places.items()):
            _box(axes, nodes[index], place, column, titles)
        axes.set_xlim(0, _WIDTH)
        axes.set_ylim(leaves, 0)
        axes.axis("off")
        return svg(drawn)


def _arrange(
    nodes: Sequence[TreeNode], index: int, depth: int, used: list[int], places: dict[int, Place]
) -> int:
    node = nodes[index]
    if node.left is None or node.right is None:
        places[index] = (depth, used[0] + 0.5)
        used[0] += 1
        return depth
    deepest = max(_arrange(nodes, child, depth + 1, used, places) for child in (node.left, node.right))
    places[index] = (depth, (places[node.left][1] + places[node.right][1]) / 2)
    return deepest


def _branches(axes: Axes, node: TreeNode, place: Place, places: Mapping[int, Place], column: float) -> None:
    for child, word in ((node.left, _("yes")), (node.right, _("no"))):
        if child is None:
            continue
        x0, y0 = (place[0] + 0.86) * column, place[1]
        x1, y1 = (places[child][0] + 0.04) * column, places[child][1]
        middle = (x0 + x1) / 2
        axes.plot([x0, middle, middle, x1], [y0, y0, y1, y1], color=SOFT, linewidth=0.8, zorder=0)
        above = -0.07 if y1 < y0 else 0.07
        axes.text(middle - 0.6, y1 - above, word, fontsize=6.5, color=SOFT, ha="right", va="center")


def _box(axes: Axes, node: TreeNode, place: Place, column: float, titles: Mapping[str, Feature]) -> None:
    x, y = (place[0] + 0.04) * column, place[1]
    leaf = node.feature is None
    axes.add_patch(
        FancyBboxPatch(
            (x, y - 0.36),
            0.82 * column,
            0.72,
            boxstyle="round,pad=0,rounding_size=0.08",
            mutation_aspect=0.1,
            facecolor="#e8eef5" if leaf else PAPER,
            edgecolor=ACCENT,
            linewidth=0.8,
        )
    )
    wide = max(10, int(column * 0.82 / 1.45))
    lines = _answer(node, wide) if leaf else _question(node, titles, wide)
    weight = "bold" if leaf else "normal"
    axes.text(
        x + 1.2, y, "\n".join(lines), fontsize=6.8, color=INK, va="center", linespacing=1.15, weight=weight
    )


def _question(node: TreeNode, titles: Mapping[str, Feature], wide: int) -> list[str]:
    feature = titles.get(node.feature or "")
    title, unit = (feature.title, feature.unit) if feature else (node.feature or "", "")
    lines = textwrap.wrap(clipped(title, 2 * wide - 4), wide)[:2] or [""]
    if node.category is not None:
        return [*lines, (_("is not %(value)s?") % {"value": node.category})[: wide + 4]]
    if node.threshold == LARGEST:
        return [*lines, _("is known?")]
    return [*lines, f"≤ {short(node.threshold or 0.0, 4)} {unit} ?"[: wide + 4]]


def _answer(node: TreeNode, wide: int) -> list[str]:
    most = node.counts.get(node.decision, 0)
    return [
        *textwrap.wrap(clipped(node.decision, 2 * wide - 4), wide)[:2],
        _("%(n)d of %(of)d") % {"n": most, "of": node.n},
    ]
