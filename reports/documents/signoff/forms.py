"""Forms with which a report is prepared, signed off, sent back and withdrawn."""

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.documents.words import LONGEST

_LINES = {"rows": 3}


class StatementForm(forms.Form):
    """What a second person states when they sign a report off."""

    statement = forms.CharField(
        label=_("Your statement"),
        help_text=_("It is printed on the cover with your name and the time."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs=_LINES),
    )


class ReasonForm(forms.Form):
    """Why something goes back, or is withdrawn."""

    reason = forms.CharField(label=_("Reason"), max_length=LONGEST, widget=forms.Textarea(attrs=_LINES))
