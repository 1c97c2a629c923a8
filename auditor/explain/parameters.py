"""What can be set of a method or of a plan, said without torch, so that a form can ask for it."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import JsonValue

from auditor.common.said import Figure, Said, Value, all_of, say
from auditor.explain.document import Document, Text
from auditor.explain.spec import Modality

Kind = Literal["integer", "number", "choice", "switch", "text", "levels"]
_KINDS: dict[str, Kind] = {"integer": "integer", "number": "number", "boolean": "switch", "string": "text"}
_BOUNDS = {
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusiveMinimum": "above",
    "exclusiveMaximum": "below",
}


_NOUNS = {
    "integer": say("a whole number"),
    "number": say("a number"),
    "switch": say("true or false"),
    "text": say("text"),
    "levels": say("one number, or one a channel, each"),
}


class Parameter(Document):
    """One value that can be set; where `default` is None it may be left out, and its words say what happens then.

    A value may touch `minimum` and `maximum`, not `above` and `below`. "levels" are one number, or one a channel.
    `for_inputs` are the kinds of input that it matters for, all where empty. It is given where, and only where, the
    parameters in `only_where` have these values, and is no more than the parameter that `at_most` names.
    """

    name: str
    title: Text = ""
    words: Text = ""
    type: Kind
    default: JsonValue = None
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    below: float | None = None
    choices: tuple[str, ...] = ()
    for_inputs: tuple[Modality, ...] = ()
    only_where: dict[str, str] = {}
    at_most: str = ""

    @property
    def label(self) -> str:
        """What a form calls it."""
        return self.title or self.name.replace("_", " ").capitalize()

    @property
    def wanted(self) -> Said:
        """What it takes, in words that follow "give"."""
        if self.type == "choice":
            return say("one of %(choices)s", choices=self.choices)
        noun, limits = _NOUNS[self.type], list(self._limits())
        return say("%(kind)s %(limits)s", kind=noun, limits=all_of(limits)) if limits else noun

    def matters(self, kind: Modality) -> bool:
        """Whether it changes anything for inputs of a kind."""
        return not self.for_inputs or kind in self.for_inputs

    def takes(self, value: JsonValue) -> bool:
        """Whether a value is of its type and within its bounds."""
        if value is None:
            return self.default is None
        if self.type == "levels" and isinstance(value, list):
            return bool(value) and all(self._within(level) for level in value)
        if self.type in {"number", "integer", "levels"}:
            return self._within(value)
        if self.type == "switch":
            return isinstance(value, bool)
        return isinstance(value, str) and (
            value in self.choices or (self.type == "text" and "\0" not in value)
        )

    def _within(self, value: JsonValue) -> bool:
        allowed = int if self.type == "integer" else (int, float)
        if isinstance(value, bool) or not isinstance(value, allowed) or not math.isfinite(value):
            return False
        return (
            (self.minimum is None or value >= self.minimum)
            and (self.maximum is None or value <= self.maximum)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )

    def _limits(self) -> Iterator[Said]:
        if self.minimum is not None and self.maximum is not None:
            yield say("from %(low)s to %(high)s", low=_number(self.minimum), high=_number(self.maximum))
            return
        if self.minimum is not None:
            yield say("of at least %(bound)s", bound=_number(self.minimum))
        if self.maximum is not None:
            yield say("of at most %(bound)s", bound=_number(self.maximum))
        if self.above is not None:
            yield say("above %(bound)s", bound=_number(self.above))
        if self.below is not None:
            yield say("below %(bound)s", bound=_number(self.below))


def number(value: float) -> str:
    """Return a number without a needless fraction."""
    return str(int(value)) if value == int(value) else str(value)


def _number(value: float) -> Value:
    return int(value) if value == int(value) else Figure(value)


def faults(parameters: Collection[Parameter], values: Mapping[str, JsonValue]) -> dict[str, str]:
    """Return what is wrong with values by the name of the parameter, in words that follow "parameter x:"."""
    known = {parameter.name: parameter for parameter in parameters}
    given = {name: parameter.default for name, parameter in known.items()} | dict(values)
    found: dict[str, str] = {name: _no_such(tuple(known)) for name in values if name not in known}
    for name, parameter in known.items():
        if not parameter.takes(given[name]):
            found[name] = say("give %(wanted)s.", wanted=parameter.wanted)
        elif sentence := _beside(parameter, given):
            found[name] = sentence
    return found


def _no_such(known: Sequence[str]) -> Said:
    if not known:
        return say("there is no such parameter; there is nothing to set.")
    return say("there is no such parameter; there are %(known)s.", known=known)


def _beside(parameter: Parameter, given: Mapping[str, JsonValue]) -> Said | None:
    value, most = given[parameter.name], given.get(parameter.at_most)
    if isinstance(value, int | float) and isinstance(most, int | float) and value > most:
        return say(
            "give no more than %(parameter)s, which is %(most)s.",
            parameter=parameter.at_most,
            most=_number(most),
        )
    if not parameter.only_where:
        return None
    wanted = all(given.get(name) == of for name, of in parameter.only_where.items())
    if wanted == (value is not None):
        return None
    where = all_of(
        [say("%(name)s is %(value)s", name=name, value=of) for name, of in parameter.only_where.items()]
    )
    if wanted:
        return say("give %(wanted)s, because %(where)s.", wanted=parameter.wanted, where=where)
    return say("leave it empty unless %(where)s.", where=where)


def parameters_of(settings: type[Document], names: Collection[str]) -> tuple[Parameter, ...]:
    """Return these fields of a class of settings as parameters; words and titles are what the fields say."""
    properties = settings.model_json_schema()["properties"]
    return tuple(
        Parameter(
            name=name,
            title=field.title or "",
            words=field.description or "",
            default=field.default,
            **_shape(properties[name]),
        )
        for name, field in settings.model_fields.items()
        if name in names
    )


def _shape(schema: dict[str, Any]) -> dict[str, Any]:
    shapes = [shape for shape in schema.get("anyOf", [schema]) if shape.get("type") != "null"]
    first = shapes[0]
    bounds = {ours: first[theirs] for theirs, ours in _BOUNDS.items() if theirs in first}
    if "enum" in first:
        return {"type": "choice", "choices": first["enum"]}
    levels = any(shape.get("type") == "array" for shape in shapes[1:])
    return {"type": "levels" if levels else _KINDS[first["type"]], **bounds}
