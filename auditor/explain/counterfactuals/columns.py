"""Rows as one number a column, which is what changes in a counterfactual; and back to the model's input."""

from itertools import accumulate

import numpy as np
import torch
from torch import Tensor

from auditor.explain.bootstrap import Floats
from auditor.explain.spec import CategoryColumn, Column, TableInput


def columns_of(rows: Tensor, spec: TableInput) -> Floats:
    """Return the columns of rows (rows, numbers), float64 (rows, columns).

    A category is its place among the column's values; what is missing is NaN.
    """
    numbers = rows.detach().cpu().numpy().astype(np.float64)
    ends = accumulate(column.width for column in spec.columns)
    return np.stack(
        [
            _place(numbers[:, end - column.width : end]) if _one_hot(column) else numbers[:, end - 1]
            for column, end in zip(spec.columns, ends, strict=True)
        ],
        axis=1,
    )


def rows_of(columns: Floats, spec: TableInput) -> Tensor:
    """Return the model's input, float32 (rows, numbers), of rows (rows, columns)."""
    parts = [
        values[:, None] == np.arange(column.width) if _one_hot(column) else values[:, None]
        for column, values in zip(spec.columns, columns.T, strict=True)
    ]
    return torch.from_numpy(np.concatenate(parts, axis=1).astype(np.float32))


def said(column: Column, value: float) -> float | str:
    """Return a value as the file has it: the category, or the shortest decimal that is the model's number."""
    if isinstance(column, CategoryColumn):
        return column.values[int(value)]
    return float(str(np.float32(value)))


def _one_hot(column: Column) -> bool:
    return isinstance(column, CategoryColumn) and column.encoding == "one_hot"


def _place(numbers: Floats) -> Floats:
    return np.where(numbers.any(axis=1), numbers.argmax(axis=1), np.nan)
