"""Forms with which decisions are looked for, and reviewers declared."""

from datetime import datetime, time, timedelta

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from auditor.audits.finding_forms import PersonField
from auditor.registry.models import Model
from reports.decisions.models import SendingSystem
from reports.decisions.pages import Filter
from reports.decisions.state import DECIDED, State
from reports.decisions.words import STATES

_ANY = ("", _("any"))
_GROUPS = {
    "open": frozenset({State.CONTESTED, State.UNDER_REVIEW}),
    "untold": frozenset(DECIDED),
}
_DATE = {"type": "date"}


class FilterForm(forms.Form):
    """Which decisions the register shows; nothing in it is personal, for it stands in addresses."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            _ANY,
            ("open", _("contested or under review")),
            ("untold", _("decided, not everyone told")),
            *((state.value, STATES[state]) for state in State),
        ],
    )
    system = forms.ModelChoiceField(
        SendingSystem.objects.all(), label=_("Sending system"), required=False, empty_label=_("any")
    )
    model = forms.ModelChoiceField(
        Model.objects.all(), label=_("Model"), required=False, empty_label=_("any")
    )
    since = forms.DateField(label=_("Decided from"), required=False, widget=forms.DateInput(attrs=_DATE))
    until = forms.DateField(label=_("Decided until"), required=False, widget=forms.DateInput(attrs=_DATE))
    due = forms.ChoiceField(
        label=_("Answer due"),
        required=False,
        choices=[
            _ANY,
            ("0", _("overdue")),
            ("7", _("within 7 days")),
            ("30", _("within 30 days")),
            ("60", _("within 60 days")),
        ],
    )
    restricted = forms.BooleanField(label=_("Restricted only"), required=False)

    def asked(self, now: datetime) -> Filter:
        """Return what is asked for; fields that cannot be read ask for nothing."""
        self.is_valid()
        data, zone = self.cleaned_data, settings.DEADLINE_ZONE
        system, model, state = data.get("system"), data.get("model"), data.get("state")
        since, until, due = data.get("since"), data.get("until"), data.get("due")
        return Filter(
            states=_GROUPS.get(state) or frozenset({State(state)}) if state else frozenset(),
            system=system.pk if system else None,
            model=model.pk if model else None,
            since=datetime.combine(since, time.min, zone) if since else None,
            until=datetime.combine(until + timedelta(days=1), time.min, zone) if until else None,
            restricted=True if data.get("restricted") else None,
            due_until=now + timedelta(days=int(due)) if due else None,
        )


class SearchForm(forms.Form):
    """A reference or an identifier; it is posted, for it is personal."""

    sought = forms.CharField(
        label=_("Reference, or a person's identifier"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ReviewerForm(forms.Form):
    """Who may change decisions, by whose word, and the names that sending systems know them by."""

    user = PersonField(User.objects.filter(is_active=True).order_by("username"), label=_("Person"))
    authority = forms.CharField(
        label=_("Authority"),
        help_text=_("Who gave the authority to change decisions, when, and for what."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    known_as = forms.CharField(
        label=_("Known to sending systems as"),
        help_text=_(
            "One name a line. A decision that somebody of this name took is never theirs to review; the user "
            "name, the full name and the e-mail address count by themselves."
        ),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_known_as(self) -> list[str]:
        """Return the names, each once."""
        names = (line.strip() for line in self.cleaned_data["known_as"].splitlines())
        return list(dict.fromkeys(name for name in names if name))
