"""A form field for a parameter: it reads what was typed, and the parameter itself says whether that will do."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from pydantic import JsonValue

from auditor.explain.parameters import Parameter, number
from auditor.language import localized, said


class ParameterField(forms.Field):
    """One parameter; its words and its default stand beside it."""

    def __init__(self, parameter: Parameter, value: JsonValue) -> None:
        self.parameter = parameter
        super().__init__(
            required=False,
            label=said(parameter.label),
            initial=_shown(value),
            widget=_widget(parameter),
            help_text=" ".join(filter(None, (said(parameter.words), _default(parameter)))),
        )

    def to_python(self, value: Any) -> JsonValue:
        """Return what was typed as a value, or as it is where it cannot be read as one."""
        text = value.strip() if isinstance(value, str) else value
        if text in (None, ""):
            return None
        try:
            if self.parameter.type == "integer":
                return int(text)
            if self.parameter.type == "number":
                return float(text)
            if self.parameter.type == "levels":
                levels: list[JsonValue] = [float(part) for part in text.split(",")]
                return levels if len(levels) > 1 else levels[0]
        except ValueError:
            pass
        return text

    def validate(self, value: JsonValue) -> None:
        """Raise ValidationError saying what the parameter takes."""
        if not self.parameter.takes(value):
            raise forms.ValidationError(_("Give %(wanted)s.") % {"wanted": said(self.parameter.wanted)})


def _shown(value: JsonValue) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _default(parameter: Parameter) -> str:
    if parameter.default is None:
        return ""
    value = parameter.default
    if isinstance(value, bool):
        shown = _("on") if value else _("off")
    elif isinstance(value, int | float):
        shown = localized(number(value))
    else:
        shown = said(str(value))
    return _("Default: %(default)s.") % {"default": shown}


def _widget(parameter: Parameter) -> forms.Widget:
    if parameter.type == "switch":
        return forms.CheckboxInput()
    if parameter.type == "choice":
        none = [("", _("the method's own choice"))] if parameter.default is None else []
        return forms.Select(choices=[*none, *((choice, said(choice)) for choice in parameter.choices)])
    if parameter.type in {"integer", "number"}:
        bounds = {"min": parameter.minimum, "max": parameter.maximum}
        limits = {name: number(bound) for name, bound in bounds.items() if bound is not None}
        return forms.NumberInput(attrs={"step": "1" if parameter.type == "integer" else "any"} | limits)
    return forms.TextInput(attrs={"autocomplete": "off"})
