"""What is wrong with a field of a document, in words that follow the field's name."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic_core import ErrorDetails

from auditor.common.said import Figure, Said, Value, say

_PLACES = re.compile(r"%\((\w+)\)s")
_WORDS: Mapping[str, Said] = {
    "missing": say("field required"),
    "extra_forbidden": say("extra inputs are not permitted"),
    "none_required": say("input should be left out"),
    "string_type": say("input should be a valid string"),
    "string_too_short": say("string should have at least %(min_length)s characters"),
    "string_too_long": say("string should have at most %(max_length)s characters"),
    "string_pattern_mismatch": say("string should match pattern '%(pattern)s'"),
    "int_type": say("input should be a valid integer"),
    "int_parsing": say("input should be a valid integer, unable to parse string as an integer"),
    "int_from_float": say("input should be a valid integer, got a number with a fractional part"),
    "float_type": say("input should be a valid number"),
    "float_parsing": say("input should be a valid number, unable to parse string as a number"),
    "finite_number": say("input should be a finite number"),
    "bool_type": say("input should be a valid boolean"),
    "bool_parsing": say("input should be a valid boolean, unable to interpret input"),
    "dict_type": say("input should be a valid dictionary"),
    "list_type": say("input should be a valid list"),
    "tuple_type": say("input should be a valid tuple"),
    "model_type": say("input should be an object"),
    "greater_than": say("input should be greater than %(gt)s"),
    "greater_than_equal": say("input should be greater than or equal to %(ge)s"),
    "less_than": say("input should be less than %(lt)s"),
    "less_than_equal": say("input should be less than or equal to %(le)s"),
    "multiple_of": say("input should be a multiple of %(multiple_of)s"),
    "literal_error": say("input should be %(expected)s"),
    "too_short": say("at least %(min_length)s entries are needed, not %(actual_length)s"),
    "too_long": say("at most %(max_length)s entries are allowed, not %(actual_length)s"),
    "union_tag_invalid": say(
        "the tag '%(tag)s' found using %(discriminator)s is none of the expected ones: %(expected_tags)s"
    ),
    "union_tag_not_found": say("the tag %(discriminator)s is missing"),
    "bytes_too_long": say("at most %(max_length)s bytes are allowed"),
    "timezone_aware": say("input should name its time zone, as in 2026-03-02T08:55:00Z"),
    "datetime_parsing": say("input should be a date and time such as 2026-03-02T08:55:00Z"),
    "datetime_from_date_parsing": say("input should be a date and time such as 2026-03-02T08:55:00Z"),
    "date_parsing": say("input should be a date such as 2026-03-02"),
    "date_from_datetime_parsing": say("input should be a date such as 2026-03-02"),
    "json_invalid": say("invalid JSON: %(error)s"),
}


def mistake(error: ErrorDetails) -> str:
    """Return what an error of pydantic says; one that is not known here in pydantic's own English words."""
    context = error.get("ctx", {})
    if error["type"] == "value_error":
        return _own(context.get("error"), error["msg"])
    known = _WORDS.get(error["type"])
    if known is None or any(name not in context for name in _PLACES.findall(known.template)):
        return error["msg"][:1].lower() + error["msg"][1:]
    return Said(known.template, {name: _value(value) for name, value in context.items()})


def _own(error: object, message: str) -> str:
    first = error.args[0] if isinstance(error, ValueError) and error.args else None
    return first if isinstance(first, str) else message.removeprefix("Value error, ")


def _value(value: Any) -> Value:
    if isinstance(value, float):
        return int(value) if value.is_integer() else Figure(value)
    return value if isinstance(value, int | str) else str(value)
