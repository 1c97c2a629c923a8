"""The packaged typefaces of documents: which there are, what they can print, and which of them a text needs."""

import io
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from fontTools.ttLib import TTFont, woff2  # type: ignore[import-untyped]

from auditor.common.environment import variables
from auditor.common.errors import RetraceError
from auditor.common.said import say
from reports.documents.book import SCHEME

_FOLDER = Path(settings.BASE_DIR) / "auditor" / "static" / "vendor" / "fonts"


class Face(NamedTuple):
    """One font file, under the name by which style sheets ask for it."""

    family: str
    file: str
    weight: int = 400
    style: str = "normal"


def _plex(family: str, subset: str, *more: tuple[int, str]) -> tuple[Face, ...]:
    looks = ((400, "normal"), (600, "normal"), *more)
    return tuple(Face(family, f"{subset}-{weight}-{style}", weight, style) for weight, style in looks)


_ITALIC = (400, "italic")
FACES = (
    *_plex("Plex", "ibm-plex-sans-latin", _ITALIC),
    *_plex("PlexExt", "ibm-plex-sans-latin-ext", _ITALIC),
    *_plex("PlexGreek", "ibm-plex-sans-greek"),
    *_plex("PlexCyrillic", "ibm-plex-sans-cyrillic"),
    *_plex("PlexCyrillicExt", "ibm-plex-sans-cyrillic-ext"),
    *_plex("PlexVietnamese", "ibm-plex-sans-vietnamese"),
    *_plex("PlexHebrew", "ibm-plex-sans-hebrew-hebrew"),
    *_plex("PlexArabic", "ibm-plex-sans-arabic-arabic"),
    Face("NotoExt", "noto-sans-latin-ext-400-normal"),
    Face("NotoGreekExt", "noto-sans-greek-ext-400-normal"),
    Face("NotoSymbols", "noto-sans-symbols-2-symbols-400-normal"),
    Face("NotoMath", "noto-sans-math-latin-400-normal"),
    Face("NotoEmoji", "noto-emoji-emoji-400-normal"),
)
"""The typefaces in the order in which a character looks for one that has it."""
MONO = Face("PlexMono", "ibm-plex-mono-latin-400-normal")

STACK = ", ".join(dict.fromkeys(face.family for face in FACES))


@cache
def covered() -> frozenset[int]:
    """Return every code point that a packaged typeface can print."""
    return frozenset().union(*(characters(face) for face in FACES))


def needed(text: str) -> tuple[Face, ...]:
    """Return the faces that print a text; those of the first family always."""
    missing = {ord(character) for character in set(text)}
    families = {FACES[0].family}
    for face in FACES:
        if face.family in families or missing & characters(face):
            families.add(face.family)
            missing -= characters(face)
    return (*(face for face in FACES if face.family in families), MONO)


def address(face: Face) -> str:
    """Return the address under which a document asks for a face."""
    return f"{SCHEME}:fonts/{face.file}.ttf"


def style(faces: Iterable[Face]) -> str:
    """Return the rules of a style sheet that make faces known."""
    return "".join(
        f"@font-face {{ font-family: {face.family}; font-weight: {face.weight}; font-style: {face.style}; "
        f"src: url({address(face)}) }}\n"
        for face in faces
    )


@cache
def characters(face: Face) -> frozenset[int]:
    """Return the code points that a face has a glyph for; private ones, which mean nothing, are left out."""
    packed = io.BytesIO(_packed(face))
    with _readable(face), TTFont(packed, lazy=True) as font:
        return frozenset(point for point in font.getBestCmap() if not _private(point))


@cache
def truetype(face: Face) -> bytes:
    """Return a face as a TrueType file; raises RetraceError where it is missing or damaged."""
    packed, unpacked = io.BytesIO(_packed(face)), io.BytesIO()
    with _readable(face):
        woff2.decompress(packed, unpacked)
    return unpacked.getvalue()


def packaged_only() -> AbstractContextManager[None]:
    """Return a block inside which fontconfig, while it is read, knows none of the machine's fonts."""
    return variables({"FONTCONFIG_FILE": str(_FOLDER / "fonts.conf")})


def _private(point: int) -> bool:
    return 0xE000 <= point <= 0xF8FF or point >= 0xF0000


@contextmanager
def _readable(face: Face) -> Iterator[None]:
    """Say that a face is damaged, whichever of its many parts the reader stumbles over."""
    try:
        yield
    except Exception as error:
        raise RetraceError(
            say(
                "The packaged typeface %(file)s of this installation is damaged, so no report can be drawn; "
                "install Retrace again.",
                file=face.file,
            )
        ) from error


def _packed(face: Face) -> bytes:
    try:
        return (_FOLDER / f"{face.file}.woff2").read_bytes()
    except FileNotFoundError:
        raise RetraceError(
            say(
                "The packaged typeface %(file)s is missing from this installation, so no report can be drawn; "
                "install Retrace again.",
                file=face.file,
            )
        ) from None
