"""The look of charts: our fonts and colours, no dates, no random ids: equal numbers, equal bytes."""

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from threading import RLock

import matplotlib
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.font_manager import get_font
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter, ScalarFormatter

from auditor.language import localized
from reports.documents.fonts import FACES, Face, characters, truetype
from reports.documents.printable import printable

INK, SOFT, LINE, ACCENT, PAPER = "#1b2430", "#5b6675", "#d5dae1", "#1f4e79", "#ffffff"
POSITIVE, NEGATIVE = "#b2182b", "#2166ac"
MM = 1 / 25.4
_turn = RLock()
_LONGEST = 40
_SPARE = "DejaVu Sans"  # comes with matplotlib
_SCRIPTS = ("Plex", "PlexExt", "PlexGreek", "PlexCyrillic")
_FACES = tuple(face for face in FACES if face.family in _SCRIPTS and face.style == "normal")


@contextmanager
def house_style() -> Iterator[None]:
    """Draw charts in our style inside the block; threads take turns, for matplotlib's settings are the process's."""
    with (
        _turn,
        matplotlib.rc_context(
            {
                "font.family": [*_families()],
                "font.size": 8,
                "svg.fonttype": "path",
                "svg.hashsalt": "retrace",
                "text.parse_math": False,
                "text.color": INK,
                "axes.edgecolor": LINE,
                "axes.labelcolor": SOFT,
                "axes.linewidth": 0.6,
                "axes.spines.top": False,
                "axes.spines.right": False,
                "xtick.color": SOFT,
                "ytick.color": INK,
                "xtick.labelsize": 7.5,
                "ytick.labelsize": 8,
            }
        ),
    ):
        yield


def figure(width: float, height: float) -> Figure:
    """Return an empty figure of a size in millimetres."""
    return Figure(figsize=(width * MM, height * MM), layout="constrained")


def svg(drawn: Figure) -> bytes:
    """Return a figure as SVG without anything that differs between two calls."""
    _legible(drawn)
    stream = io.BytesIO()
    _speak(drawn)
    drawn.savefig(stream, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return stream.getvalue()


def png(drawn: Figure) -> bytes:
    """Return a figure that holds pictures as PNG, without anything that differs between two calls."""
    _legible(drawn)
    stream = io.BytesIO()
    _speak(drawn)
    drawn.savefig(stream, format="png", dpi=220, metadata={"Software": None})
    return stream.getvalue()


class _Localized(ScalarFormatter):
    """Numbers along an axis as the reader's language writes them."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        return localized(super().__call__(x, pos))


def _speak(drawn: Figure) -> None:
    """Let every axis that shows plain numbers write them in the active language."""
    for axes in drawn.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if type(axis.get_major_formatter()) is ScalarFormatter:
                axis.set_major_formatter(_Localized())


def typeface() -> Path:
    """Return our regular typeface as a TrueType file, for words within pictures."""
    return _files()[_FACES[0]]


def _legible(drawn: Figure) -> None:
    """Turn characters that no typeface of charts has into escapes, wherever they stand in a figure."""
    for written in drawn.findobj(Text):
        written.set_text(_written(written.get_text()))
    for axis in (axis for axes in drawn.axes for axis in (axes.xaxis, axes.yaxis)):
        formatter = axis.get_major_formatter()
        if isinstance(formatter, FixedFormatter):
            formatter.seq = [_written(label) for label in formatter.seq]


def _written(text: str) -> str:
    """Return text as a chart writes it; escapes are cut, for they would leave no room for the chart."""
    escaped = printable(text, _covered())
    return f"{escaped[:_LONGEST]}…" if len(escaped) > max(_LONGEST, len(text)) else escaped


@cache
def _covered() -> frozenset[int]:
    spare = get_font(font_manager.findfont(_SPARE)).get_charmap()
    return frozenset().union(spare, *(characters(face) for face in _FACES))


@cache
def _families() -> tuple[str, ...]:
    """Make matplotlib know our packaged typefaces and its own spare, and return their names.

    Its list of the machine's fonts is not read: it is kept from one process to the next, and may be of another machine.
    """
    manager = font_manager.fontManager
    manager.ttflist = []
    for path in sorted((Path(matplotlib.get_data_path()) / "fonts" / "ttf").glob("DejaVuSans*.ttf")):
        manager.addfont(path)
    for face, path in _files().items():
        manager.addfont(path)
        manager.ttflist[-1] = replace(manager.ttflist[-1], name=face.family)
    return (*dict.fromkeys(face.family for face in _FACES), _SPARE)


@cache
def _files() -> dict[Face, Path]:
    """Unpack the typefaces of charts, for matplotlib reads TrueType files only, and return where they lie."""
    folder = Path(_folder().name)
    for face in _FACES:
        (folder / f"{face.file}.ttf").write_bytes(truetype(face))
    return {face: folder / f"{face.file}.ttf" for face in _FACES}


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """Return a folder that lives as long as the process."""
    return tempfile.TemporaryDirectory(prefix="retrace-fonts-")
