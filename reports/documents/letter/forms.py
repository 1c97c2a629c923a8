"""What an officer chooses for a letter."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class LetterForm(forms.Form):
    """The language of the reader."""

    language = forms.ChoiceField(
        label=_("Language of the reader"), choices=lambda: settings.LANGUAGES, required=True
    )
