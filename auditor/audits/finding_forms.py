"""Forms with which officers see to findings, and with which a run is laid beside another."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from auditor.audits.models import Run, TrackedFinding
from auditor.audits.queries import comparable, follow_ups
from auditor.audits.workflow import LONGEST

SEVERITY_CHOICES = [("critical", _("critical")), ("warning", _("warning")), ("note", _("note"))]


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice of people by the name that pages print."""

    def label_from_instance(self, obj: Any) -> str:
        """Return the full name, or the one that somebody signs in with."""
        return str(obj.get_full_name() or obj.get_username())


class RunField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice of audits by what was audited, on what and when."""

    def label_from_instance(self, obj: Any) -> str:
        """Return that in words."""
        at = date_format(localtime(obj.started_at), "SHORT_DATETIME_FORMAT")
        named = {"model": obj.model_version, "set": obj.validation_set, "at": at}
        return gettext("%(model)s on %(set)s, %(at)s") % named


class StepForm(forms.Form):
    """One step with one finding; ids on the page carry the finding's number."""

    def __init__(self, finding: TrackedFinding, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id=f"id_{finding.pk}_{type(self).__name__.lower()}_%s")
        self.finding = finding
        self.prepare()

    def prepare(self) -> None:
        """Fill in what depends on the finding."""


class AssignForm(StepForm):
    """Who sees to it, and until when."""

    owner = PersonField(User.objects.filter(is_active=True).order_by("username"), label=_("Owner"))
    due = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def prepare(self) -> None:
        """Start from what stands."""
        self.initial = {"owner": self.finding.owner_id, "due": self.finding.due}


class ReasonForm(StepForm):
    """Why it is left as it is, or taken up again."""

    reason = forms.CharField(label=_("Reason"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2}))


class CloseForm(StepForm):
    """Which later audit shows that it is gone."""

    follow_up = RunField(Run.objects.none(), label=_("Follow-up audit"))
    reason = forms.CharField(label=_("Remark"), max_length=LONGEST, required=False)

    def prepare(self) -> None:
        """Offer the finished later audits of the same model."""
        self.fields["follow_up"] = RunField(follow_ups(self.finding.run), label=_("Follow-up audit"))


class CompareForm(forms.Form):
    """The other audit."""

    other = forms.ModelChoiceField(Run.objects.none(), label=_("Compare with"))

    def __init__(self, run: Run, data: Mapping[str, Any] | None = None) -> None:
        """Offer the finished audits whose decisions can be laid beside this run's."""
        super().__init__(data, initial={"other": run.compared_with_id})
        found = comparable(run)
        field = RunField(Run.objects.filter(pk__in=[other.pk for other in found]), label=_("Compare with"))
        field.choices = [(other.pk, field.label_from_instance(other)) for other in found]
        self.fields["other"] = field


class FilterForm(forms.Form):
    """Which findings are listed."""

    state = forms.ChoiceField(
        label=_("State"), choices=[*TrackedFinding.State.choices, ("all", _("all"))], required=False
    )
    severity = forms.ChoiceField(
        label=_("Severity"),
        choices=[("", _("all")), *SEVERITY_CHOICES],
        required=False,
    )
    owner = PersonField(
        User.objects.filter(findings__isnull=False).distinct().order_by("username"),
        label=_("Owner"),
        required=False,
        empty_label=_("all"),
    )
    overdue = forms.BooleanField(label=_("Overdue only"), required=False)
