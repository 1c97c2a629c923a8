"""Decisions as CSV: a header, then one decision a row; a column is a field's name, with dots for inner fields."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from auditor.common.errors import Refused
from auditor.common.said import say
from reports.decisions.recording.draft import DecisionDraft
from reports.decisions.recording.ndjson import MOST_LINES, TooManyLines
from reports.decisions.recording.rows import INVALID, Given, Mistake, Row, mistakes_in

SEPARATOR = "|"
"""Between the entries of a list in one cell."""
_LISTS = ("recipients", "explanation.methods")
_NAMED = ("scores", "environment.packages")
"""Fields whose entries are columns of their own, such as scores.malignant."""


def columns() -> tuple[str, ...]:
    """Return every column that there is; those that end in <name> are any number of columns."""
    return tuple(_columns(DecisionDraft, ""))


def decisions_of_rows(lines: Iterable[str], *, most: int | None = MOST_LINES) -> Iterator[Row]:
    """Yield what each row holds, numbered by the line of the file that it ends in.

    An empty cell is a field that is left out. The separator is a comma or, where the header has more of them, a
    semicolon. Raises Refused for a header with columns that are none, and TooManyLines.
    """
    lines = iter(lines)
    head = next(lines, "")
    reader = csv.reader(
        _after(head, lines), delimiter=";" if head.count(";") > head.count(",") else ",", strict=True
    )
    names = _header(reader)
    count = 0
    while (row := _next(reader)) is not None:
        if isinstance(row, Mistake):
            yield row
            return  # where a quotation mark is missing, there is no telling where the next row begins
        if not any(row):
            continue
        count += 1
        if most is not None and count > most:
            raise TooManyLines(most)
        yield from _decision(reader.line_num, names, row)


def _after(head: str, lines: Iterator[str]) -> Iterator[str]:
    yield head
    yield from lines


def _next(reader: Any) -> list[str] | Mistake | None:
    try:
        return next(reader, None)
    except csv.Error as error:
        sentence = say(
            "Where this row ends cannot be told, so neither it nor anything after it was read: %(problem)s.",
            problem=str(error),
        )
        return Mistake(reader.line_num, "", INVALID, sentence)


def _header(reader: Any) -> list[str]:
    row = _next(reader)
    if row is None or isinstance(row, Mistake) or not any(row):
        raise Refused(say("The file has no header; its first line names the columns."))
    names = [name.strip() for name in row]
    plain = set(columns())
    strange = [name for name in names if name not in plain and not _is_named(name)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if strange or twice:
        raise Refused(
            say(
                "The header cannot be read: %(columns)s is no column, or is there twice; docs/recording.md lists all.",
                columns=tuple(strange or twice),
            )
        )
    return names


def _is_named(column: str) -> bool:
    return any(column.startswith(f"{field}.") and len(column) > len(field) + 1 for field in _NAMED)


def _decision(line: int, names: list[str], row: list[str]) -> Iterator[Row]:
    if len(row) != len(names):
        yield Mistake(
            line,
            "",
            INVALID,
            say(
                "The row has %(cells)s cells, and the header %(columns)s.", cells=len(row), columns=len(names)
            ),
        )
        return
    try:
        draft = DecisionDraft.model_validate(_nested(zip(names, row, strict=True)))
    except ValidationError as error:
        yield from mistakes_in(line, error)
    else:
        yield Given(line, draft)


def _nested(cells: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the cells as the JSON that they stand for, all of whose values are text."""
    whole: dict[str, Any] = {}
    for column, cell in cells:
        if cell == "":
            continue
        field, value = _field(column, cell)
        *path, last = field
        inner = whole
        for name in path:
            inner = inner.setdefault(name, {})
        inner[last] = value
    return {"human": {}, "input": {}, "retention": {}, "scores": {}} | whole


def _field(column: str, cell: str) -> tuple[list[str], str | list[str]]:
    for named in _NAMED:
        if column.startswith(f"{named}."):
            return [*named.split("."), column.removeprefix(f"{named}.")], cell
    return column.split("."), cell.split(SEPARATOR) if column in _LISTS else cell


def _columns(document: type[BaseModel], within: str) -> Iterator[str]:
    for name, field in document.model_fields.items():
        column = within + name
        inner = _document(field.annotation)
        if column in _NAMED:
            yield f"{column}.<name>"
        elif inner is None:
            yield column
        else:
            yield from _columns(inner, f"{column}.")


def _document(annotation: Any) -> type[BaseModel] | None:
    """Return the document that a field holds, if it does, required or not."""
    kinds = (annotation, *getattr(annotation, "__args__", ()))
    return next((one for one in kinds if isinstance(one, type) and issubclass(one, BaseModel)), None)
