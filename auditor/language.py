"""Saying in the active language what was made in English: sentences of evidence, findings and errors."""

import re

from django.utils.formats import get_format
from django.utils.translation import gettext, gettext_noop, ngettext

from auditor.common.said import Tongue, in_words


def said(text: str) -> str:
    """Return text of ours in the active language; what no catalogue knows stays English."""
    return in_words(text, Tongue(word=gettext, counted=ngettext, number=localized))


def localized(figures: str) -> str:
    """Return a number that is written with a decimal point as the active language writes it."""
    return figures.replace(".", get_format("DECIMAL_SEPARATOR"))


_ACTS = (
    gettext_noop("GDPR"),
    gettext_noop("AI Act"),
    gettext_noop("CJEU"),
    gettext_noop("Recital"),
    gettext_noop("Annex"),
)
_ACT = re.compile(rf"\b(?:{'|'.join(_ACTS)})\b")


def law(hooks: str) -> str:
    """Return references to articles with the names of acts and courts as the active language knows them."""
    return _ACT.sub(lambda found: gettext(found.group()), hooks)
