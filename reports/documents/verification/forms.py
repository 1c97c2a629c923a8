"""The form of the public page."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ReportForm(forms.Form):
    """One PDF."""

    report = forms.FileField(
        label=_("Report or letter (PDF)"),
        help_text=_("It is examined and not kept."),
        error_messages={
            "required": _("Choose the PDF of a report or a letter."),
            "empty": _("This file is empty; choose it again."),
        },
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,application/pdf"}),
    )
