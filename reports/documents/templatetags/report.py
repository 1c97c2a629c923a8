"""Filters that print text of any origin so that the layout holds."""

import re

from django import template

register = template.Library()

_LONGEST = 300
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]"
)


@register.filter
def plain(text: object, longest: int = _LONGEST) -> str:
    """Return text without control and direction marks, cut where it would fill pages, saying so."""
    cleaned = _UNSEEN.sub("�", str(text))
    cut = len(cleaned) - longest
    return f"{cleaned[:longest]}… [{cut} more characters; whole in the evidence]" if cut > 0 else cleaned


@register.filter
def cut(text: object, longest: int) -> str:
    """Return text without control and direction marks, cut to a length where there is room for one line only."""
    cleaned = _UNSEEN.sub("�", str(text))
    return f"{cleaned[: longest - 1]}…" if len(cleaned) > longest else cleaned


@register.filter
def code(text: object) -> str:
    """Return a digest or an identifier with places where a line may break."""
    return "\u200b".join(re.findall(".{1,16}", plain(text)))


@register.filter
def paragraph(text: object) -> str:
    """Return a longer text, such as a description, cut at a length that still leaves a page readable."""
    return plain(text, 1500)
