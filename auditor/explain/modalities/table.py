"""Rows of a table: typed columns become numbers; compared column by column."""

import json
import math

import numpy as np
import torch
from torch import Tensor

from auditor.common.said import verbatim
from auditor.explain.evidence import Region
from auditor.explain.globals.columns import column_features, column_values
from auditor.explain.modalities.base import Mask, Modality, Subject
from auditor.explain.rows import encoded
from auditor.explain.spec import TableInput


class Tables(Modality):
    """Items are rows; an input is (numbers,), a place is a column."""

    def __init__(self, spec: TableInput) -> None:
        self.spec = spec
        self.features = column_features(spec)
        self._owners = np.array(spec.owners)

    def read(self, content: bytes, name: str) -> Tensor:
        """Return a stored row as numbers; raises Refused naming the item and the column."""
        return encoded(json.loads(content), self.spec, name[:1].upper() + name[1:])

    def describe(self, given: Tensor, mask: Mask | None) -> dict[str, float]:
        """Return each column's number, or the number of its category; a missing value is absent."""
        values = column_values(given.double().cpu().numpy()[None], self.spec)[0].tolist()
        return {
            column.name: value
            for column, value in zip(self.spec.columns, values, strict=True)
            if math.isfinite(value)
        }

    def fingerprint(self, given: Tensor) -> bytes:
        """Return the row's numbers."""
        return given.cpu().numpy().astype("<f8").tobytes()

    def regions(self, masked: bool) -> tuple[Region, ...]:
        """Return the columns."""
        return tuple(
            Region(name=column.name, kind="column", title=verbatim(column.label), column=index)
            for index, column in enumerate(self.spec.columns)
        )

    def replaced(self, subject: Subject, region: Region) -> Tensor | None:
        """Return the row with one column of the donor's."""
        chosen = torch.from_numpy(self._owners == region.column).to(subject.given.device)
        return torch.where(chosen, subject.donor, subject.given)

    def owned(self, region: Region, mask: Mask | None) -> Mask | None:
        """Return the column as a place, (columns,)."""
        return np.array([index == region.column for index in range(len(self.spec.columns))], dtype=np.bool_)
