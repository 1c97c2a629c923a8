"""Forms of audits."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from auditor.audits.queries import own_plans
from auditor.explain.choosing import suits
from auditor.explain.plans import NAMES
from auditor.explain.spec import Modality
from auditor.registry.models import Model, ModelVersion, ValidationSet


def plan_choices(kind: Modality | None = None) -> list[tuple[Any, Any]]:
    """Return the product's plans by name and the own ones, for a kind of input where given, by digest."""
    product = [(name, name) for name in NAMES]
    own = [
        (plan.digest, f"{plan.name} ({plan.digest[:8]})")
        for plan in own_plans()
        if kind is None or suits(plan.document, kind)
    ]
    return [(_("Plans of the product"), product), (_("Own plans"), own)] if own else [*product]


def _replans() -> forms.Select:
    """Return a choice of model that brings the plans that suit it."""
    swap = {"hx-get": "", "hx-select": "#id_plan", "hx-target": "#id_plan", "hx-swap": "outerHTML"}
    return forms.Select(attrs=swap | {"hx-include": "[name=plan]"})


class _PlannedForm(forms.Form):
    """A form with a choice of plan, which its own fields put in its place."""

    def __init__(self, *args: Any, kind: Modality | None = None, **kwargs: Any) -> None:
        """`kind` leaves out own plans that no model of this kind allows."""
        super().__init__(*args, **kwargs)
        self.fields["plan"] = forms.ChoiceField(label=_("Plan"), choices=plan_choices(kind))


class RunForm(_PlannedForm):
    """What to audit, on what, how, and in which language to report."""

    model_version = forms.ModelChoiceField(
        ModelVersion.objects.select_related("model"),
        label=_("Model"),
        widget=_replans(),
    )
    validation_set = forms.ModelChoiceField(ValidationSet.objects.all(), label=_("Validation set"))
    reference = forms.ModelChoiceField(
        ValidationSet.objects.all(),
        label=_("Compare with"),
        required=False,
        empty_label=_("no other set"),
        help_text=_(
            "An earlier set: the report then says whether the items of this one have drifted from it."
        ),
    )
    plan = forms.ChoiceField(label=_("Plan"))
    language = forms.ChoiceField(label=_("Language of the report"), choices=settings.LANGUAGES)


class AddressesField(forms.CharField):
    """E-mail addresses, one a line or with commas between; a list of them once clean."""

    widget = forms.Textarea(attrs={"rows": 2})
    MOST = 20

    def clean(self, value: Any) -> Any:
        """Return the addresses; raises ValidationError for one that is none, or too many."""
        found = [part for part in re.split(r"[\s,;]+", super().clean(value)) if part]
        for address in found:
            validate_email(address)
        if len(found) > self.MOST:
            raise ValidationError(_("Give at most %(most)d addresses.") % {"most": self.MOST})
        return found


class ScheduleForm(_PlannedForm):
    """When to audit the newest version of a model by itself."""

    name = forms.CharField(label=_("Name"), max_length=200)
    model = forms.ModelChoiceField(
        Model.objects.order_by("name"),
        label=_("Model (its newest version)"),
        widget=_replans(),
    )
    validation_set = forms.ModelChoiceField(ValidationSet.objects.all(), label=_("Validation set"))
    plan = forms.ChoiceField(label=_("Plan"))
    frequency = forms.ChoiceField(
        label=_("How often"),
        choices=[("monthly", _("monthly")), ("weekly", _("weekly")), ("daily", _("daily"))],
        initial="monthly",
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
    language = forms.ChoiceField(label=_("Language of the reports"), choices=settings.LANGUAGES)
    recipients = AddressesField(
        label=_("Tell by e-mail"),
        required=False,
        help_text=_(
            "Who hears of a critical finding that the audit before did not have; one address a line."
        ),
    )
    webhook_url = forms.CharField(
        label=_("Tell by webhook"),
        required=False,
        max_length=500,
        help_text=_(
            "An https:// address that gets a signed message about the same; its secret is shown in the list."
        ),
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
