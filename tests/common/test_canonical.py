"""Our canonical JSON against the rfc8785 package, and against what RFC 8785 shows."""

import json
import math

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from auditor.common.canonical import canonical

EXACT = st.integers(-(2**53) + 1, 2**53 - 1)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | EXACT | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=20,
)


@given(VALUES)
def test_bytes_are_those_of_the_peer(value):
    assert canonical(value) == rfc8785.dumps(value)


def read(content: bytes) -> object:
    """Read JSON as the standard does: every number is a double."""
    return json.loads(content, parse_int=float)


@given(NUMBERS)
def test_a_number_is_read_back_as_itself(value):
    assert read(canonical(value)) == value


@given(VALUES)
def test_writing_what_was_read_changes_nothing(value):
    assert canonical(read(canonical(value))) == canonical(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (5e-324, "5e-324"),
        (1e21, "1e+21"),
        (999999999999999900000.0, "999999999999999900000"),
        (333333333.33333329, "333333333.3333333"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (-4.5, "-4.5"),
        ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
        (
            {"\u20ac": 1, "\r": 2, "\ufb33": 3, "\U0001f600": 4},
            '{"\\r":2,"\u20ac":1,"\U0001f600":4,"\ufb33":3}',
        ),
        ('\x1f"\\/\u2028', '"\\u001f\\"\\\\/\u2028"'),
    ],
)
def test_what_the_standard_shows(value, text):
    assert canonical(value) == text.encode()


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, 2**53 + 1, "\ud800", b"x", {1: 2}, {"a": {1, 2}}, object()]
)
def test_what_json_cannot_carry_is_an_error(value):
    with pytest.raises(ValueError, match=r"\w"):
        canonical(value)
