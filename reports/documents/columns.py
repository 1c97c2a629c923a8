"""Short texts side by side in one paragraph: their lines, broken by real widths, with tabs between the columns.

A page of the gallery has hundreds of them; as paragraphs of their own they would take most of the time of a page.
"""

from collections.abc import Sequence
from functools import cache
from itertools import zip_longest

from PIL import ImageFont

from reports.documents.figures.style import typeface

_EMPTY, _POINT, _ROOM, _SPARE = "\u00a0", 25.4 / 72, 0.97, 0.4  # signs of other typefaces are a little wider
_BREAKS = str.maketrans("\n\t", "  ")


def columns(texts: Sequence[Sequence[str]], width: float, size: float, most: int, apart: float) -> str:
    """Return texts side by side, each at most so many lines of `width` millimetres at `size` points.

    A text is given as pieces that begin lines of their own; what does not fit ends in an ellipsis. Columns begin
    `apart` millimetres from each other. WeasyPrint draws a tab 2.4 % too wide, so spaces fill most of its place.
    """
    em = size * _POINT
    wrapped = [_lines(pieces, width * _ROOM / em, most) for pieces in texts]
    rows = zip_longest(*wrapped, fillvalue=_EMPTY)
    return "\n".join("\t".join([*(_filled(cell, apart / em) for cell in row[:-1]), row[-1]]) for row in rows)


def fitted(text: str, width: float, size: float) -> str:
    """Return a text that takes at most `width` millimetres at `size` points; the end of a longer one is cut."""
    return _cut(_of_one_line(text), width * _ROOM / (size * _POINT))


def _filled(text: str, apart: float) -> str:
    """Return a text followed by spaces up to a little before the next column."""
    return text + _EMPTY * max(0, int((apart - _width(text) - _SPARE) / _advance(_EMPTY)))


def _lines(pieces: Sequence[str], room: float, most: int) -> list[str]:
    found = [line for piece in pieces for line in _wrapped(piece, room)]
    if len(found) > most:
        found = [*found[: most - 1], _cut(f"{found[most - 1]}…", room)]
    return found or [_EMPTY]


def _wrapped(text: str, room: float) -> list[str]:
    """Return the lines of a text, broken at spaces."""
    lines: list[str] = []
    for word in _of_one_line(text).split(" "):
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and _width(joined) <= room:
            lines[-1] = joined
        else:
            lines.append(_cut(word, room))
    return lines


def _of_one_line(text: str) -> str:
    return text.translate(_BREAKS)


def _cut(text: str, room: float) -> str:
    """Return a text that fits, its end replaced by an ellipsis where it is too long."""
    if _width(text) <= room:
        return text
    kept = text.rstrip("…")
    while kept and _width(f"{kept}…") > room:
        kept = kept[:-1]
    return f"{kept}…"


def _width(text: str) -> float:
    """Return how wide a text is in our typeface, in units of its size."""
    return sum(map(_advance, text))


@cache
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(typeface(), 1000)


@cache
def _advance(letter: str) -> float:
    return float(_font().getlength(letter)) / 1000
