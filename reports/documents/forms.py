"""The form that reports and letters share."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class LanguageForm(forms.Form):
    """The language that a document is written in."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
