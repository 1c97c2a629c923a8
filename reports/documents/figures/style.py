"""The look of charts: our fonts and colours, no dates, no random ids: equal numbers, equal bytes."""

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import RLock

import matplotlib
from django.conf import settings
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter

from auditor.language import localized

INK, SOFT, LINE, ACCENT, PAPER = "#1b2430", "#5b6675", "#d5dae1", "#1f4e79", "#ffffff"
POSITIVE, NEGATIVE = "#b2182b", "#2166ac"
MM = 1 / 25.4
_turn = RLock()
_WEIGHTS = ("400-normal", "600-normal")


@contextmanager
def house_style() -> Iterator[None]:
    """Draw charts in our style inside the block; threads take turns, for matplotlib's settings are the process's."""
    with (
        _turn,
        matplotlib.rc_context(
            {
                "font.family": [*_families(), "DejaVu Sans"],
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
    stream = io.BytesIO()
    _speak(drawn)
    drawn.savefig(stream, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return stream.getvalue()


def png(drawn: Figure) -> bytes:
    """Return a figure that holds pictures as PNG, without anything that differs between two calls."""
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
    _families()
    return Path(_folder().name) / f"{_WEIGHTS[0]}.ttf"


@cache
def _families() -> tuple[str, ...]:
    """Make our packaged fonts known to matplotlib, which reads TrueType files only, and return their name."""
    fonts = Path(settings.BASE_DIR) / "auditor" / "static" / "vendor" / "fonts"
    folder = Path(_folder().name)
    for weight in _WEIGHTS:
        font = TTFont(fonts / f"ibm-plex-sans-latin-{weight}.woff2", recalcTimestamp=False)
        font.flavor = None
        font.save(folder / f"{weight}.ttf")
        font_manager.fontManager.addfont(folder / f"{weight}.ttf")
    return ("IBM Plex Sans",)


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """Return a folder that lives as long as the process."""
    return tempfile.TemporaryDirectory(prefix="retrace-fonts-")
