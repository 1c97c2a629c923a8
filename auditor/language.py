"""Saying in the active language what was made in English: sentences of evidence, findings and errors."""

from django.utils.formats import get_format
from django.utils.translation import gettext, ngettext

from auditor.common.said import Tongue, in_words


def said(text: str) -> str:
    """Return text of ours in the active language; what no catalogue knows stays English."""
    return in_words(text, Tongue(word=gettext, counted=ngettext, number=localized))


def localized(figures: str) -> str:
    """Return a number that is written with a decimal point as the active language writes it."""
    return figures.replace(".", get_format("DECIMAL_SEPARATOR"))
