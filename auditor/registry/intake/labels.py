"""Reading labels.csv: which items there are, their labels and their groups."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from auditor.common.errors import Refused
from auditor.common.said import Said, say

NOT_STATED = "not stated"
_FILE = "labels.csv"
_MOST_VALUES = 20
_AGE_BANDS = ((18, "0-17"), (40, "18-39"), (65, "40-64"), (130, "65+"))


class Row(NamedTuple):
    """One row: its number in the file as an editor shows it, the item's id and label, and every other column."""

    number: int
    id: str
    label: str
    columns: dict[str, str]


def read_labels(path: Path) -> list[Row]:
    """Return the rows of labels.csv; the label of a row may be empty.

    Raises Refused naming the row or column where the file is absent, is not UTF-8, lacks a column, repeats an id,
    leaves an id empty, is empty, or has no label or one class only.
    """
    if not path.is_file():
        raise Refused(say("The set has no labels.csv; add one with the columns id and label."))
    rows = [
        Row(number, fields.pop("id"), fields.pop("label"), fields)
        for number, fields in records(path, ("id", "label"))
    ]
    _check(rows)
    return rows


def records(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Return the rows of a CSV file: the number as an editor shows it, and the stripped fields by column.

    Raises Refused naming the row or column where it is not UTF-8, lacks a needed column, or is not rectangular.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            yield from _records(stream, path.name, needed)
    except UnicodeDecodeError as error:
        raise Refused(
            say(
                "%(file)s is not UTF-8 (byte %(byte)s); save it as UTF-8 text.",
                file=path.name,
                byte=error.start,
            )
        ) from None
    except csv.Error as error:
        raise Refused(
            say("%(file)s is not readable as CSV: %(error)s.", file=path.name, error=str(error))
        ) from None


def _records(
    stream: Iterator[str], name: str, needed: tuple[str, ...]
) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(stream, strict=True)
    header = [title.strip() for title in reader.fieldnames or []]
    reader.fieldnames = header
    for column in needed:
        if column not in header:
            raise Refused(no_column(name, column, header))
    if len(set(header)) != len(header):
        raise Refused(say("%(file)s names a column twice; give every column a name of its own.", file=name))
    for record in reader:
        if None in record or None in record.values():
            raise Refused(
                say(
                    "%(file)s, row %(row)s: the number of fields differs from the header's.",
                    file=name,
                    row=reader.line_num,
                )
            )
        yield reader.line_num, {title: value.strip() for title, value in record.items()}


def no_column(name: str, column: str, columns: Sequence[str]) -> Said:
    """Return the sentence that a file lacks a column, with those that it has."""
    if not columns:
        return say(
            "%(file)s has no column %(column)s; it has no columns at all.", file=name, column=repr(column)
        )
    return say(
        "%(file)s has no column %(column)s; its columns are: %(columns)s.",
        file=name,
        column=repr(column),
        columns=tuple(columns),
    )


def _check(rows: list[Row]) -> None:
    first_seen: dict[str, int] = {}
    for row in rows:
        if not row.id:
            raise Refused(say("%(file)s, row %(row)s: the id is empty.", file=_FILE, row=row.number))
        for column, value in (("id", row.id), ("label", row.label)):
            if len(value) > 200:
                raise Refused(
                    say(
                        "%(file)s, row %(row)s, column %(column)s: the value is longer than %(most)s characters.",
                        file=_FILE,
                        row=row.number,
                        column=repr(column),
                        most=200,
                    )
                )
        if row.id in first_seen:
            raise Refused(
                say(
                    "%(file)s, row %(row)s: the id %(id)s was used before, in row %(first)s; every item needs an id of "
                    "its own.",
                    file=_FILE,
                    row=row.number,
                    id=repr(row.id),
                    first=first_seen[row.id],
                )
            )
        first_seen[row.id] = row.number
    if not rows:
        raise Refused(say("labels.csv has no rows under its header; an audit needs items."))
    labels = {row.label for row in rows if row.label}
    if not labels:
        raise Refused(
            say("labels.csv, column label: no item has a label; an audit compares decisions with labels.")
        )
    if len(labels) == 1:
        raise Refused(
            say(
                "labels.csv, column label: every item is labelled %(label)s; an audit compares at least two classes.",
                label=repr(labels.pop()),
            )
        )


def group_columns(
    rows: list[Row], declared: tuple[str, ...] | None, apart: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Return which columns are groups: the declared ones, else those with few enough values to be groups.

    Columns that stand `apart` say where an item lies and are groups only where they are declared.

    Raises Refused for a declared column that labels.csv does not have.
    """
    columns = tuple(rows[0].columns)
    if declared is None:
        free = (c for c in columns if c not in apart)
        return tuple(c for c in free if len({group_value(c, r.columns[c]) for r in rows}) <= _MOST_VALUES)
    for name in declared:
        if name not in columns:
            raise Refused(
                say("set.json, field groups: labels.csv has no column %(column)s.", column=repr(name))
            )
    return declared


def group_value(column: str, value: str) -> str:
    """Return the group that a value falls in: ages in years become bands, an empty value is named as missing."""
    if not value:
        return NOT_STATED
    if column.casefold() != "age":
        return value[:200]
    try:
        years = float(value)
    except ValueError:
        return value[:200]
    return next((band for limit, band in _AGE_BANDS if 0 <= years < limit), NOT_STATED)


def counts(values: Iterator[str]) -> dict[str, int]:
    """Return how often each value occurs, by value in order."""
    return dict(sorted(Counter(values).items()))
