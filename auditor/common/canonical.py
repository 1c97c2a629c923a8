"""Canonical JSON as RFC 8785 defines it: one byte string for one value."""

import math
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring

type_names = "null, true, false, a number, a string, a list or an object with string keys"
_LARGEST_EXACT_INTEGER = 2**53


def canonical(value: object) -> bytes:
    """Return the RFC 8785 form of a JSON value.

    Raises ValueError for a number that JSON cannot carry (NaN, infinity, an integer beyond 2**53), for text that
    is not valid Unicode, and for any type that is not JSON.
    """
    try:
        return _text(value).encode()
    except UnicodeEncodeError as error:
        raise ValueError("text holds half of a surrogate pair, which is not valid Unicode") from error


def _text(value: object) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        members = [f"{encode_basestring(name)}:{_text(value[name])}" for name in _ordered(value)]
        return f"{{{','.join(members)}}}"
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return f"[{','.join([_text(member) for member in value])}]"
    raise ValueError(f"{type(value).__name__} is not JSON, which knows {type_names}")


def _ordered(names: Mapping[str, object]) -> list[str]:
    """Return the names of an object by their UTF-16 code units, which for ASCII is how Python compares them."""
    try:
        plain = "".join(names).isascii()
    except TypeError as error:
        raise ValueError(f"a member of {list(names)!r} is not text, and JSON names are strings") from error
    return sorted(names) if plain else sorted(names, key=_utf16)


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-be", "surrogatepass")


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
