"""How gallery pages are composed: a fixed number of items a page, so that page counts are known before printing."""

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple, TypeVar

from auditor.explain.evidence import Evidence
from auditor.explain.spec import TableInput

T = TypeVar("T")

IN_CHAPTER = 5  # sheets that stand in the chapter; all others are plates
DPI = 150
HEAD_SIZE, CAPTION_SIZE, SCALE_SIZE = 7.6, 6.3, 6.5  # points
_WIDTH, _HEIGHT = 178.0, 261.0  # millimetres within the margins of a sheet
_TITLE, _SCALE, _HEAD, _GAP, _BETWEEN = 9.0, 9.4, 10.2, 2.7, 2.0
_PIXEL = 25.4 / 96
_LINE, _LINES, _HEADS, _HEAD_WIDTH = 2.7, 3, 6, 27.4
_CHART_ROW, _CHART_HEAD, _CHART_ACROSS, _CHART_ROWS = 5.2, 11.0, 4, 11  # as figures.rows draws them


class Layout(NamedTuple):
    """The measures of a sheet in millimetres.

    Attributes
    ----------
    across : panels side by side
    width, height : of the box that a panel is fitted into
    caption, lines : the height of what stands below a panel, and how many lines it has room for
    head_before, head_across, head_width : places left free so that scales stand above their maps, scales side by side,
        and the width of each
    scales : the height of the scales at the top
    maps : the height of an item's panels with their captions
    item : the height of an item
    items : how many items a sheet has room for
    """

    across: int
    width: float
    height: float
    caption: float
    lines: int
    head_before: int
    head_across: int
    head_width: float
    scales: float
    maps: float
    item: float
    items: int

    @property
    def column(self) -> float:
        """Return how far apart panels begin: whole pixels, as tabs are."""
        return round((self.width + _GAP) / _PIXEL) * _PIXEL

    @property
    def gap(self) -> float:
        """Return the room between two panels."""
        return self.column - self.width

    @property
    def head_indent(self) -> float:
        """Return where the first scale begins."""
        return self.head_before * self.head_column

    @property
    def head_gap(self) -> float:
        """Return the room between two scales."""
        return self.head_column - self.head_width

    @property
    def head_column(self) -> float:
        """Return how far apart scales begin: whole pixels, as tabs are."""
        return round((self.head_width + _GAP) / _PIXEL) * _PIXEL

    @property
    def pixels(self) -> int:
        """Return with how many pixels a panel is as wide as it is printed."""
        return round(self.width / 25.4 * DPI)


def layout(evidence: Evidence) -> Layout:
    """Return how the gallery of this evidence is laid out; every item fits, whatever its text."""
    methods = sum(method.applicable for method in evidence.methods)
    given = evidence.model.spec.input
    if isinstance(given, TableInput):
        return _charts(len(given.columns), methods)
    across, share = (2, 0.542) if given.kind == "volume" else (min(max(methods + 1, 4), 6), 1.0)
    width = min(38.8, (_WIDTH - _GAP * (across - 1)) / across) if across > 2 else (_WIDTH - _GAP) / 2
    width = int(10 * width) / 10
    rows = ceil((methods + 1) / across)
    return _fitted(across, width, width * share, _LINES, rows, methods)


def plates(evidence: Evidence) -> int:
    """Return how many sheets stand behind the report, because the chapter has no room for them."""
    return max(0, ceil(len(evidence.gallery.entries) / layout(evidence).items) - IN_CHAPTER)


def sheets(entries: Sequence[T], each: int) -> list[Sequence[T]]:
    """Return the entries page by page."""
    return [entries[first : first + each] for first in range(0, len(entries), each)]


def _charts(columns: int, methods: int) -> Layout:
    bands = ceil(max(methods, 1) / _CHART_ACROSS)
    tall = bands * (_CHART_ROW * min(columns, _CHART_ROWS) + _CHART_HEAD)
    return _fitted(1, _WIDTH, tall, 1 + ceil(methods / 2), 1, methods)


def _fitted(across: int, width: float, height: float, lines: int, rows: int, methods: int) -> Layout:
    """Return a layout with as many items as the page has room for below the scales."""
    before, beside, wide = (1, across - 1, width) if across > 2 else (0, _HEADS, _HEAD_WIDTH)
    scales = _LINE + _SCALE * ceil(methods / beside)
    caption = _LINE * lines
    maps = rows * (height + caption)
    item = _HEAD + maps
    fit = int((_HEIGHT - _TITLE - scales) // (item + _BETWEEN))
    return Layout(
        across, width, height, caption, lines, before, beside, wide, scales, maps, item, max(1, fit)
    )
