"""Canonical JSON as RFC 8785 defines it: one byte string for one value."""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence

type_names = "null, true, false, a number, a string, a list or an object with string keys"
_LARGEST_EXACT_INTEGER = 2**53
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def canonical(value: object) -> bytes:
    """Return the RFC 8785 form of a JSON value.

    Raises ValueError for a number that JSON cannot carry (NaN, infinity, an integer beyond 2**53), for text that
    is not valid Unicode, and for any type that is not JSON.
    """
    return "".join(_pieces(value)).encode()


def _pieces(value: object) -> Iterator[str]:
    if value is None:
        yield "null"
    elif isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, str):
        yield _string(value)
    elif isinstance(value, int):
        yield _integer(value)
    elif isinstance(value, float):
        yield _number(value)
    elif isinstance(value, Mapping):
        yield from _object(value)
    elif isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        yield from _array(value)
    else:
        raise ValueError(f"{type(value).__name__} is not JSON, which knows {type_names}")


def _object(value: Mapping[object, object]) -> Iterator[str]:
    members: list[tuple[str, object]] = []
    for key, member in value.items():
        if not isinstance(key, str):
            raise ValueError(f"a member is named {key!r}, and JSON names are strings")
        members.append((key, member))
    members.sort(key=lambda pair: pair[0].encode("utf-16-be", "surrogatepass"))
    for index, (key, member) in enumerate(members):
        yield "{" if index == 0 else ","
        yield _string(key)
        yield ":"
        yield from _pieces(member)
    yield "}" if members else "{}"


def _array(value: Sequence[object]) -> Iterator[str]:
    yield "["
    for index, member in enumerate(value):
        if index:
            yield ","
        yield from _pieces(member)
    yield "]"


def _string(text: str) -> str:
    if _LONE_SURROGATE.search(text):
        raise ValueError("text holds half of a surrogate pair, which is not valid Unicode")
    return json.dumps(text, ensure_ascii=False)


def _integer(value: int) -> str:
    if abs(value) > _LARGEST_EXACT_INTEGER:
        raise ValueError(f"{value} is beyond 2**53, where JSON numbers stop being exact")
    return str(value)


def _number(value: float) -> str:
    """Write a double as ECMAScript's Number.prototype.toString does, from Python's shortest digits."""
    if not math.isfinite(value):
        raise ValueError(f"{value} cannot be written in JSON")
    if value == 0:
        return "0"
    mantissa, _, power = f"{value!r}".partition("e")
    sign = "-" if mantissa.startswith("-") else ""
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(power or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    return sign + _place(digits, point)


def _place(digits: str, point: int) -> str:
    count = len(digits)
    if count <= point <= 21:
        return digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    head = digits if count == 1 else f"{digits[0]}.{digits[1:]}"
    return f"{head}e{'+' if point > 0 else '-'}{abs(point - 1)}"
