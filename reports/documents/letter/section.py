"""One section of a letter: a question as its title, and what is answered."""

from typing import NamedTuple


class Picture(NamedTuple):
    """A picture: its address, what it shows for those who cannot see it, and the words below it."""

    url: str
    alt: str
    caption: str


class Declared(NamedTuple):
    """What a person stated, under a title; no text means that it is still missing."""

    title: str
    text: str


class Section(NamedTuple):
    """A question with paragraphs, points of a list, a picture, and what was declared about it."""

    title: str
    paragraphs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    picture: Picture | None = None
    declared: tuple[Declared, ...] = ()
    after: tuple[str, ...] = ()
