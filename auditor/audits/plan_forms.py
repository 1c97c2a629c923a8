"""The plan editor's forms: what to start from, what to show, and the plan itself, made from cards and documents."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from pydantic import JsonValue

from auditor.audits.forms import plan_choices
from auditor.audits.parameter_fields import ParameterField
from auditor.audits.plan_groups import GROUPS, Group
from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.cards import card as card_of
from auditor.explain.choosing import reason_against
from auditor.explain.evidence import MethodCard
from auditor.explain.methods.catalog import METHODS
from auditor.explain.parameters import Parameter, faults
from auditor.explain.plan import Plan as PlanDocument
from auditor.explain.plans import NAMES
from auditor.explain.spec import Modality
from auditor.language import said
from auditor.registry.models import ModelVersion


class StartForm(forms.Form):
    """What a new plan starts from, and the model that decides which methods can be chosen."""

    model_version = forms.ModelChoiceField(ModelVersion.objects.select_related("model"), label=_("Model"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from"] = forms.ChoiceField(label=_("Start from the plan"), choices=plan_choices())


class FilterForm(forms.Form):
    """Which cards are shown; a question that all cards answer alike is not asked."""

    ASKED = {"family": _("Family"), "needs": _("Needs"), "scope": _("Scope")}

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        for name, label in self.ASKED.items():
            values = sorted({getattr(card_of(method), name) for method in METHODS})
            if len(values) > 1:
                choices = [("", _("all")), *((value, said(value)) for value in values)]
                self.fields[name] = forms.ChoiceField(label=label, choices=choices, required=False)

    def shows(self, card: MethodCard) -> bool:
        """Whether a card has what was asked for; nothing is hidden by what cannot be asked for."""
        wanted = self.cleaned_data if self.is_valid() else {}
        return all(not value or getattr(card, name) == value for name, value in wanted.items())


@dataclass(frozen=True)
class MethodRow:
    """One method on the page: its card, why it cannot be chosen or None, its checkbox and its settings."""

    card: MethodCard
    reason: str | None
    chosen: forms.BoundField
    settings: list[forms.BoundField]
    asked_for: bool

    @property
    def hidden(self) -> bool:
        """Whether the page keeps it out of sight: it was not asked for and is not chosen."""
        return not self.asked_for and not self.ticked

    @property
    def ticked(self) -> bool:
        """Whether it is chosen as the page stands."""
        return bool(self.chosen.value())

    @property
    def wrong(self) -> bool:
        """Whether one of its settings is wrong."""
        return any(field.errors for field in self.settings)


class PlanForm(forms.Form):
    """A whole plan for one model; `plan` is the document once the form is valid."""

    plan: PlanDocument

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        base: PlanDocument,
        version: ModelVersion,
        initial: dict[str, Any] | None = None,
    ) -> None:
        """`initial` is what the page holds already; without it, the form holds the base plan."""
        super().__init__(data, initial=initial)
        self.base, self.kind = base, version.kind
        self.reasons = {name: reason_against(name, self.kind, version.measured_tier) for name in METHODS}
        chosen = {method.name: method.parameters for method in base.methods}
        for name in METHODS:
            self._add_method(name, chosen.get(name))
        for group, parameter, key in self._of_plan():
            self.fields[key] = ParameterField(parameter, getattr(group.within(base), parameter.name))
        self.fields["name"] = forms.CharField(
            label=_("Name of the plan"),
            max_length=100,
            initial="" if base.name in NAMES else base.name,
            help_text=_("It is shown wherever the plan is used, with the plan's digest."),
        )
        if initial is not None:
            for field in self.fields.values():
                field.initial = None

    def _add_method(self, name: str, given: Mapping[str, JsonValue] | None) -> None:
        card, off = card_of(name), self.reasons[name] is not None
        self.fields[f"use-{name}"] = forms.BooleanField(
            label=said(card.title), required=False, initial=given is not None and not off
        )
        self.fields[f"use-{name}"].widget.attrs.update({"disabled": True} if off else {})
        for parameter in _settings(name, self.kind):
            value = (given or {}).get(parameter.name, parameter.default)
            self.fields[f"{name}-{parameter.name}"] = ParameterField(parameter, value)

    def _of_plan(self) -> Iterator[tuple[Group, Parameter, str]]:
        for group in GROUPS:
            for parameter in group.parameters if group.within(self.base) is not None else ():
                yield group, parameter, f"{group.path or 'plan'}-{parameter.name}"

    def methods(self, filters: FilterForm) -> list[MethodRow]:
        """Return every method as the page shows it, first those that can be chosen."""
        rows = [
            MethodRow(
                card_of(name),
                reason,
                self[f"use-{name}"],
                [self[f"{name}-{parameter.name}"] for parameter in _settings(name, self.kind)],
                filters.shows(card_of(name)),
            )
            for name, reason in self.reasons.items()
        ]
        return sorted(rows, key=lambda row: row.reason is not None)

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the fields of the plan itself under their titles."""
        found: dict[str, list[forms.BoundField]] = {}
        for group, _parameter, key in self._of_plan():
            found.setdefault(str(group.title), []).append(self[key])
        return list(found.items())

    @property
    def wrong(self) -> list[tuple[str, forms.BoundField]]:
        """Return the fields that are wrong, a method's setting with the method's title."""
        found = [(*name.partition("-"), self[name]) for name in self.errors if name in self.fields]
        return [
            (f"{said(card_of(owner).title)}, {field.label}" if owner in METHODS else str(field.label), field)
            for owner, _dash, _name, field in found
        ]

    def clean(self) -> None:
        """Put the plan together; what is set of a method that is not chosen does not matter."""
        chosen = [name for name in METHODS if self.cleaned_data.get(f"use-{name}")]
        for name in METHODS:
            self._check_method(name, chosen=name in chosen)
        if not chosen:
            self.add_error(None, _("Choose at least one method."))
        if not self.errors:
            try:
                self.plan = PlanDocument.parse(
                    json.dumps(self._content(chosen)).encode(), name=say("The plan")
                )
            except Refused as error:
                self.add_error(None, said(error.sentence))

    def _check_method(self, name: str, *, chosen: bool) -> None:
        settings = _settings(name, self.kind)
        if not chosen:
            for parameter in settings:
                self.errors.pop(f"{name}-{parameter.name}", None)
            return
        if reason := self.reasons[name]:
            self.add_error(f"use-{name}", said(reason))
        if not any(f"{name}-{parameter.name}" in self.errors for parameter in settings):
            for wrong, sentence in faults(card_of(name).parameters, self._values(name)).items():
                if f"{name}-{wrong}" in self.fields:
                    words = said(sentence)
                    self.add_error(f"{name}-{wrong}", words[0].upper() + words[1:])
                else:
                    self.add_error(f"use-{name}", f"{wrong}: {said(sentence)}")

    def _values(self, name: str) -> dict[str, JsonValue]:
        """Return what is set of a method: everything that matters for this kind of input and is not left out."""
        values = {p.name: self.cleaned_data[f"{name}-{p.name}"] for p in _settings(name, self.kind)}
        return {key: value for key, value in values.items() if value is not None}

    def _content(self, chosen: list[str]) -> dict[str, Any]:
        content: dict[str, Any] = self.base.model_dump(mode="json", by_alias=True)
        content["name"] = self.cleaned_data["name"]
        content["methods"] = [{"name": name, "parameters": self._values(name)} for name in chosen]
        for group, parameter, key in self._of_plan():
            group.within(content, dict.__getitem__)[parameter.name] = self.cleaned_data[key]
        return content


def _settings(name: str, kind: Modality) -> list[Parameter]:
    return [parameter for parameter in card_of(name).parameters if parameter.matters(kind)]
