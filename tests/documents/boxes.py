"""Where words stand on the pages of a PDF: what is cut off, and what is printed over something else."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

MARGIN, SHEET_MARGIN = 22 / 25.4 * 72, 16 / 25.4 * 72
_SHEETS = {"Item", "Items", "Plate"}  # what the headings of gallery pages begin with
_TOLERANCE = 1.0
_WORD = re.compile(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>')
_PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', re.DOTALL)


class Word(NamedTuple):
    """A word on a page (from 1), with its box in points."""

    page: int
    left: float
    top: float
    right: float
    bottom: float
    text: str


def words(pdf: Path) -> list[list[Word]]:
    """Return the words of every page, as poppler finds them."""
    found = subprocess.run(["pdftotext", "-bbox", str(pdf), "-"], capture_output=True, check=True)
    pages = _PAGE.findall(found.stdout.decode())
    return [
        [Word(number, *map(float, match[:4]), match[4]) for match in _WORD.findall(body)]
        for number, (_width, _height, body) in enumerate(pages, 1)
    ]


def outside(pages: list[list[Word]], width: float = 595.28, height: float = 841.89) -> list[Word]:
    """Return the words that reach into the margins of an A4 page, or beyond it."""
    return [
        word
        for page in pages
        for word in page
        if word.left < margin(page) - _TOLERANCE
        or word.right > width - margin(page) + _TOLERANCE
        or word.top < 0
        or word.bottom > height
    ]


def margin(page: list[Word]) -> float:
    """Return the margin of a page, which is narrower around the pictures of the gallery."""
    heads = {word.text for word in page if 48 < word.top < 80 and abs(word.left - SHEET_MARGIN) < _TOLERANCE}
    return SHEET_MARGIN if heads & _SHEETS else MARGIN


def overprinted(pages: list[list[Word]]) -> list[tuple[Word, Word]]:
    """Return pairs of words of which one covers a good part of the other; the boxes of lone signs say little."""
    texts = [[word for word in page if any(letter.isalnum() for letter in word.text)] for page in pages]
    return [pair for page in texts for pair in _covering(sorted(page, key=lambda word: word.top))]


def _covering(page: list[Word]) -> Iterator[tuple[Word, Word]]:
    for place, one in enumerate(page):
        for other in page[place + 1 :]:
            if other.top >= one.bottom:
                break
            across = min(one.right, other.right) - max(one.left, other.left)
            down = min(one.bottom, other.bottom) - max(one.top, other.top)
            small = min(_area(one), _area(other))
            if across > 0 and down > 0 and across * down > 0.3 * small:
                yield one, other


def _area(word: Word) -> float:
    return max(1e-6, (word.right - word.left) * (word.bottom - word.top))
