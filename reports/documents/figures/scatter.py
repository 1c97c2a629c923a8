"""Items in the plane of the first two principal components, by label."""

from collections.abc import Sequence

import numpy as np

from reports.documents.figures.style import INK, LINE, SOFT, figure, house_style, svg

_MARKS = ("o", "^", "s", "D", "v", "P", "X", "*")
_COLOURS = ("#1f4e79", "#b2182b", "#b98a1c", "#4d7c4a", "#6b4c9a", "#5b6675", "#c2577b", "#2f8f9d")


def plane(
    points: np.ndarray, labels: Sequence[str], wrong: Sequence[bool], titles: tuple[str, str], legend: str
) -> bytes:
    """Return the plane as SVG: `points` (items, 2), a mark and colour a label, a ring where the decision is `wrong`."""
    names = sorted(set(labels))
    with house_style():
        drawn = figure(166, 92)
        axes = drawn.add_subplot()
        for place, name in enumerate(names[: len(_MARKS)]):
            chosen = np.array([label == name for label in labels])
            axes.scatter(
                points[chosen, 0], points[chosen, 1], s=11, marker=_MARKS[place], color=_COLOURS[place],
                alpha=0.75, linewidths=0, label=name[:40],
            )  # fmt: skip
        ringed = np.array(wrong, dtype=bool)
        if ringed.any():
            axes.scatter(
                points[ringed, 0], points[ringed, 1], s=44, facecolors="none", edgecolors=INK, linewidths=0.8,
                label=legend,
            )  # fmt: skip
        axes.axhline(0, color=LINE, linewidth=0.6, zorder=0)
        axes.axvline(0, color=LINE, linewidth=0.6, zorder=0)
        axes.set_xlabel(titles[0])
        axes.set_ylabel(titles[1], color=SOFT)
        axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=7)
        return svg(drawn)
