"""What a document can print: characters of any origin as glyphs of the packaged typefaces, or visibly as escapes."""

import re
import unicodedata
from collections.abc import Container

UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
"""Control, direction and invisible characters, by which text could pass for other text or move its surroundings."""

_JOINED = re.compile(
    "(?<=[\u0600-\u06ff\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])[\u200c\u200d](?=[^\x00-\x7f])"
)
_LEFT, _RIGHT = "\u2068", "\u2069"
_KEPT = frozenset("\u200b\u200c\u200d\ufe0e\ufe0f" + _LEFT + _RIGHT)
_MOST_MARKS = 3


def visible(text: str) -> str:
    """Return text whose unseen characters are replacement marks; joiners within emoji and Arabic words stay."""
    joined = {match.start() for match in _JOINED.finditer(text)}
    return UNSEEN.sub(lambda found: found[0] if found.start() in joined else "\ufffd", text)


def isolated(text: str) -> str:
    """Return text that holds right-to-left writing so that it does not reorder what stands beside it."""
    leftwards = any(unicodedata.bidirectional(character) in ("R", "AL", "AN") for character in text)
    return f"{_LEFT}{text}{_RIGHT}" if leftwards else text


def printable(text: str, covered: Container[int]) -> str:
    """Return text in which every character that no typeface covers stands as an escape, such as [U+4E2D].

    A fourth mark on one letter is an escape, too, because it would be drawn over other lines.
    """
    if text.isascii() and text.isprintable():
        return text
    pieces: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", text):
        if character.isascii():
            marks = 0
            pieces.append(character if character.isprintable() or character in "\n\t" else "\ufffd")
            continue
        marks = marks + 1 if unicodedata.combining(character) else 0
        known = ord(character) in covered or character in _KEPT
        pieces.append(character if known and marks <= _MOST_MARKS else _escape(character))
    return "".join(pieces)


def _escape(character: str) -> str:
    return " " if unicodedata.category(character) == "Zs" else f"[U+{ord(character):04X}]"
