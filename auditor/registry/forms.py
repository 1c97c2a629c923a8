"""Forms of the registry."""

from django import forms
from django.utils.translation import gettext_lazy as _


class UploadForm(forms.Form):
    """One archive."""

    archive = forms.FileField(
        label=_("Archive"),
        error_messages={
            "required": _("Choose a zip archive."),
            "empty": _("This file is empty; choose it again."),
        },
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,application/zip"}),
    )
