"""Rows of a table become the model's input: typed columns, missing values by rule, errors that name the field."""

import difflib
import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.fitting import check_columns
from auditor.explain.spec import CategoryColumn, Column, NumberColumn, TableInput

MISSING = frozenset({"", "NA", "N/A", "NaN", "nan", "null"})


def encoded(row: Mapping[str, str], spec: TableInput, where: str) -> Tensor:
    """Return a row as the model's input before normalisation, float32 (numbers,).

    A missing number becomes the column's reference, or NaN for a model that reads missing values; a missing category
    becomes the reference. Raises Refused naming the row and the column where a value is missing and may not be, is no
    number, or is none of the column's categories.
    """
    check_columns(tuple(row), spec, where)
    numbers = [
        number for column in spec.columns for number in _encoded(column, row[column.name].strip(), where)
    ]
    return torch.tensor(numbers, dtype=torch.float32)


def _encoded(column: Column, value: str, where: str) -> Sequence[float]:
    if isinstance(column, CategoryColumn):
        return _category(column, value, where)
    if value in MISSING:
        if column.missing == "refused":
            raise Refused(
                say(
                    "%(where)s, column %(column)s: the value is missing, and the model needs it.",
                    where=where,
                    column=repr(column.name),
                )
            )
        return (math.nan,) if column.missing == "nan" else column.encoded_reference
    return (_number(column, value, where),)


def _number(column: NumberColumn, value: str, where: str) -> float:
    try:
        number = float(value)
    except ValueError:
        hint = say("; write decimals with a point") if "," in value else ""
        raise Refused(
            say(
                "%(where)s, column %(column)s: %(value)s is no number%(hint)s.",
                where=where,
                column=repr(column.name),
                value=repr(value[:60]),
                hint=hint,
            )
        ) from None
    if not math.isfinite(number):
        raise Refused(
            say(
                "%(where)s, column %(column)s: %(value)s is not a finite number.",
                where=where,
                column=repr(column.name),
                value=repr(value[:60]),
            )
        )
    return number


def _category(column: CategoryColumn, value: str, where: str) -> Sequence[float]:
    if value not in column.values:
        if value in MISSING:
            return column.encoded_reference
        near = difflib.get_close_matches(value, column.values, n=1)
        hint = (
            say("; the nearest is %(near)s", near=repr(near[0]))
            if near
            else say("; they are %(values)s", values=column.values[:8])
        )
        raise Refused(
            say(
                "%(where)s, column %(column)s: %(value)s is none of its categories%(hint)s.",
                where=where,
                column=repr(column.name),
                value=repr(value[:60]),
                hint=hint,
            )
        )
    if column.encoding == "code":
        return (float(column.values.index(value)),)
    return tuple(float(one == value) for one in column.values)
