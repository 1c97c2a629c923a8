"""Forms of audits."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from auditor.audits.schedules import FREQUENCIES
from auditor.explain.plans import NAMES
from auditor.registry.models import Model, ModelVersion, ValidationSet


class RunForm(forms.Form):
    """What to audit, on what, how, and in which language to report."""

    model_version = forms.ModelChoiceField(ModelVersion.objects.select_related("model"), label=_("Model"))
    validation_set = forms.ModelChoiceField(ValidationSet.objects.all(), label=_("Validation set"))
    plan = forms.ChoiceField(label=_("Plan"), choices=[(name, name) for name in NAMES])
    language = forms.ChoiceField(label=_("Language of the report"), choices=settings.LANGUAGES)


class ScheduleForm(forms.Form):
    """When to audit the newest version of a model by itself."""

    name = forms.CharField(label=_("Name"), max_length=200)
    model = forms.ModelChoiceField(Model.objects.order_by("name"), label=_("Model (its newest version)"))
    validation_set = forms.ModelChoiceField(ValidationSet.objects.all(), label=_("Validation set"))
    plan = forms.ChoiceField(label=_("Plan"), choices=[(name, name) for name in NAMES])
    frequency = forms.ChoiceField(
        label=_("How often"), choices=[(name, name) for name in reversed(FREQUENCIES)], initial="monthly"
    )
    day = forms.IntegerField(
        label=_("Day"),
        initial=1,
        min_value=0,
        max_value=28,
        help_text=_(
            "Monthly: day of the month, 1 to 28. Weekly: 0 is Sunday, 6 is Saturday. Daily: not used."
        ),
    )
    at = forms.TimeField(
        label=_("Time (UTC)"), initial="03:00", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    def when(self) -> dict[str, Any]:
        """Return the moment in the terms of `schedules.crontab`."""
        at = self.cleaned_data["at"]
        return {
            "frequency": self.cleaned_data["frequency"],
            "day": self.cleaned_data["day"],
            "hour": at.hour,
            "minute": at.minute,
        }
