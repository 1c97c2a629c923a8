"""Lines of NDJSON come out as they went in, however they are cut into pieces, and within limits."""

import json
import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.decisions.recording.ndjson import TooManyLines, decisions_of_lines, numbered_lines
from reports.decisions.recording.rows import Given, Mistake

BODY = {
    "reference": "case-1",
    "subject": "person-1",
    "model": "a" * 64,
    "input": {"reference": "pacs://1"},
    "scores": {"a": 1.0},
    "outcome": "refer",
    "policy_version": "1",
    "decided_at": "2026-03-02T08:55:00Z",
    "human": {"involvement": "none"},
    "legal_basis": "law",
    "retention": {"reason": "law"},
}


def cut(content: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({min(place, len(content)) for place in places} | {0, len(content)})
    return [content[start:end] for start, end in pairwise(ends)]


@given(
    st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"")), max_size=12),
    st.booleans(),
    st.lists(st.integers(0, 150), max_size=8),
)
def test_lines_come_out_as_they_went_in(lines, ended, places):
    content = b"\n".join(lines) + (b"\n" if ended else b"")
    expected = content.split(b"\n")
    if not expected[-1]:
        expected.pop()
    found = list(numbered_lines(cut(content, places), largest=6, most=100))
    assert [number for number, _ in found] == list(range(1, len(expected) + 1))
    assert [line for _, line in found] == [line if len(line) <= 6 else None for line in expected]


@given(st.integers(0, 6), st.booleans(), st.lists(st.integers(0, 30), max_size=4))
def test_more_lines_than_are_taken_are_refused(count, ended, places):
    content = b"\n".join([b"abc"] * count) + (b"\n" if ended and count else b"")
    if count > 3:
        with pytest.raises(TooManyLines):
            list(numbered_lines(cut(content, places), largest=6, most=3))
    else:
        assert len(list(numbered_lines(cut(content, places), largest=6, most=3))) == count


def test_empty_lines_count_too():
    with pytest.raises(TooManyLines):
        list(numbered_lines([b"\n" * 10**6], largest=6, most=3))


def test_no_more_than_the_longest_line_is_held():
    def pieces():
        for _ in range(10_000):
            yield b"x" * 10_000  # 100 MB in all

    tracemalloc.start()
    assert list(numbered_lines(pieces(), largest=1000, most=3)) == [(1, None)]
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()


@given(st.lists(st.sampled_from(["good", "bad", "empty", "long", "not json"]), max_size=12))
def test_every_line_is_a_decision_or_named(kinds):
    lines = {
        "good": json.dumps(BODY).encode(),
        "bad": json.dumps(BODY | {"outcome": ""}).encode(),
        "empty": b" \r",
        "long": json.dumps(BODY | {"legal_basis": "x" * 2000}).encode(),
        "not json": b"\xff{",
    }
    found = list(decisions_of_lines([b"\n".join(lines[kind] for kind in kinds)], largest=1500))
    told = {
        row.line: "good"
        if isinstance(row, Given)
        else (row.field or {"too_long": "long"}.get(row.code, "not json"))
        for row in found
    }
    expected = {
        number: "outcome" if kind == "bad" else kind
        for number, kind in enumerate(kinds, 1)
        if kind != "empty"
    }
    assert told == expected


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(content):
    for row in decisions_of_lines([content]):
        assert isinstance(row, Mistake)
        assert row.sentence.endswith(".")
