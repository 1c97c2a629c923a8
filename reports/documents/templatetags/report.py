"""Filters that print text of any origin so that the layout holds."""

import re
from collections.abc import Callable

from django import template
from django.utils.translation import ngettext

from reports.documents.formats import clipped
from reports.documents.printable import isolated, visible

register = template.Library()

_LONGEST = 300


@register.filter
def plain(text: object, longest: int = _LONGEST) -> str:
    """Return text without control and direction marks, cut where it would fill pages, saying so."""
    return _cut(
        text,
        longest,
        lambda n: ngettext(
            "%(n)d more character; whole in the evidence", "%(n)d more characters; whole in the evidence", n
        ),
    )


@register.filter
def whole(text: object) -> str:
    """Return text of any length without control and direction marks."""
    return isolated(visible(str(text)))


@register.filter
def brief(text: object, longest: int) -> str:
    """Return a name without control and direction marks, its middle left out where it is long."""
    return isolated(clipped(visible(str(text)), longest))


@register.filter
def code(text: object) -> str:
    """Return a digest or an identifier with places where a line may break."""
    return "\u200b".join(re.findall(".{1,16}", plain(text)))


@register.filter
def paragraph(text: object) -> str:
    """Return a longer text of the evidence, such as a description, cut where a page would be hard to read."""
    return plain(text, 1500)


def _cut(text: object, longest: int, more: Callable[[int], str]) -> str:
    cleaned = visible(str(text))
    cut = len(cleaned) - longest
    return f"{isolated(cleaned[:longest])}… [{more(cut) % {'n': cut}}]" if cut > 0 else isolated(cleaned)
