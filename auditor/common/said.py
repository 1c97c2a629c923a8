"""Sentences that remember how they were made, so that they can be said in another language, too."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Self

_PLACE = re.compile(r"%(?:%|\((\w+)\)s)")


class Figure(NamedTuple):
    """A number in a sentence: fixed to `places` decimals, or as short as it can be where that is None."""

    value: float
    places: int | None = None
    signed: bool = False

    def __str__(self) -> str:
        sign = "+" if self.signed else ""
        return f"{self.value:{sign}g}" if self.places is None else f"{self.value:{sign}.{self.places}f}"


Value = str | int | Figure | Sequence["Value"]


class Tongue(NamedTuple):
    """What a language needs: its words for a template, for a counted one, and its way to write a number."""

    word: Callable[[str], str]
    counted: Callable[[str, str, int], str]
    number: Callable[[str], str]


ENGLISH = Tongue(
    word=lambda text: text, counted=lambda one, many, n: one if n == 1 else many, number=lambda text: text
)


class Said(str):
    """English text together with its template and the values in it; as text it is the English sentence.

    Places in a template are `%(name)s`, and `%%` is a percent sign. A template without values is taken literally.
    `many` is the template for any number but one, where `n` counts something.
    """

    __slots__ = ("many", "n", "template", "values")

    template: str
    values: Mapping[str, Value]
    many: str | None
    n: int | None

    def __new__(
        cls, template: str, values: Mapping[str, Value], many: str | None = None, n: int | None = None
    ) -> Self:
        """Make the sentence; raises ValueError where a place of the template has no value."""
        made = super().__new__(cls, _in_words(template, values, many, n, ENGLISH))
        made.template, made.values, made.many, made.n = template, values, many, n
        return made

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        """Let copies and pickles remember, too."""
        return type(self), (self.template, self.values, self.many, self.n)


def say(template: str, /, **values: Value) -> Said:
    """Return a sentence with its values filled in; extraction of messages reads the first argument."""
    return Said(template, values)


def count(one: str, many: str, n: int, /, **values: Value) -> Said:
    """Return a sentence about n things; the number itself is the value `n`, unless another is given."""
    return Said(one, {"n": n, **values}, many, n)


def verbatim(text: str) -> Said:
    """Return what a person named, as a sentence of its own that no language changes."""
    return Said("%(given)s", {"given": text})


def some_of(values: Sequence[Value], most: int) -> Value:
    """Return the first of a list's values, and how many more there are."""
    if len(values) <= most:
        return tuple(values)
    return say("%(some)s and %(more)s more", some=tuple(values[:most]), more=len(values) - most)


def all_of(values: Sequence[Value]) -> Value:
    """Return values of which each holds, told apart by "and"; there is at least one."""
    first, *rest = values
    return say("%(first)s and %(rest)s", first=first, rest=all_of(rest)) if rest else first


def one_of(values: Sequence[Value]) -> Value:
    """Return values of which one holds, told apart by "or"; there is at least one."""
    first, *rest = values
    return say("%(first)s or %(rest)s", first=first, rest=one_of(rest)) if rest else first


def ours(text: str) -> Said:
    """Return text of ours, such as a reason in evidence, so that it is said in the language of what it stands in."""
    return text if isinstance(text, Said) else Said(text, {})


def sentences(*parts: str) -> Said:
    """Return whole sentences one after the other; empty ones are left out."""
    kept = [ours(part) for part in parts if part]
    if len(kept) == 1:
        return kept[0]
    places = {f"sentence_{number}": part for number, part in enumerate(kept, start=1)}
    return Said(" ".join(f"%({name})s" for name in places), places)


def in_words(text: str, tongue: Tongue) -> str:
    """Return text in a language; what is not a remembered sentence is looked up as a whole."""
    if not text:
        return ""
    if isinstance(text, Said):
        return _in_words(text.template, text.values, text.many, text.n, tongue)
    return tongue.word(text)


def as_json(text: str) -> object:
    """Return text as JSON: a string, or an object with the template under "say" and its values under "with"."""
    return _sentence(text) if isinstance(text, Said) and text.values else str(text)


def from_json(value: object) -> object:
    """Return the text that JSON holds, other values as they are; raises ValueError for a place without a value."""
    if not isinstance(value, Mapping):
        return value
    template, values = value.get("say"), value.get("with")
    many, n = value.get("many"), value.get("n")
    if not isinstance(template, str) or not isinstance(values, Mapping):
        return value
    if not isinstance(many, str | None) or not isinstance(n, int | None) or (many is None) != (n is None):
        raise ValueError('a counted sentence has "many" and "n"')
    return Said(template, {str(name): _read(one) for name, one in values.items()}, many, n)


def _in_words(
    template: str, values: Mapping[str, Value], many: str | None, n: int | None, tongue: Tongue
) -> str:
    words = tongue.word(template) if many is None or n is None else tongue.counted(template, many, n)
    if not values:
        return words

    def filled(match: re.Match[str]) -> str:
        name = match.group(1)
        if name is None:
            return "%"
        if name not in values:
            raise ValueError(f"the sentence {template!r} has no value for {name!r}")
        return _said(values[name], tongue)

    return _PLACE.sub(filled, words)


def _said(value: Value, tongue: Tongue) -> str:
    if isinstance(value, Said):
        return in_words(value, tongue)
    if isinstance(value, str):
        return value
    if isinstance(value, Figure | int):
        return tongue.number(str(value))
    return ", ".join(_said(one, tongue) for one in value)


def _sentence(said: Said) -> dict[str, object]:
    found: dict[str, object] = {"say": said.template, "with": {k: _value(v) for k, v in said.values.items()}}
    return found if said.many is None else found | {"many": said.many, "n": said.n}


def _value(value: Value) -> object:
    if isinstance(value, Said):
        return _sentence(value)
    if isinstance(value, str):
        return value
    if isinstance(value, Figure):
        return {"number": value.value, "places": value.places, "signed": value.signed}
    return value if isinstance(value, int) else [_value(one) for one in value]


def _read(value: object) -> Value:
    if isinstance(value, Mapping) and "number" in value:
        number, places, signed = value["number"], value.get("places"), value.get("signed", False)
        if not isinstance(number, int | float) or not isinstance(places, int | None) or (places or 0) > 20:
            raise ValueError("a number in a sentence has a value and at most 20 places")
        return Figure(float(number), places, bool(signed))
    if isinstance(value, Mapping):
        found = from_json(value)
        if isinstance(found, Said):
            return found
    if isinstance(value, str | int):
        return value
    if isinstance(value, Sequence):
        return tuple(_read(one) for one in value)
    raise ValueError("a value of a sentence is text, a number, a sentence or a list of these")
