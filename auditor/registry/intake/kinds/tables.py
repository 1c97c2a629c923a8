"""Sets of rows: rows.csv or rows.parquet, a row an item, found by its id."""

import datetime
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow
from pyarrow import parquet

from auditor.common.canonical import canonical
from auditor.common.errors import Refused
from auditor.registry.intake.kinds.base import Content, Reader, absent
from auditor.registry.intake.labels import Row, records

_MOST_ROWS, _MOST_COLUMNS, _LONGEST = 1_000_000, 2_000, 10_000
_BATCH = 4096
_PLAIN = (str, bool, int, float, datetime.date, datetime.time)


class Tables(Reader):
    """Values are kept as they are written; what they mean is for the model's columns to say."""

    def __init__(self, folder: Path, salt: bytes) -> None:
        path = next((p for name in ("rows.csv", "rows.parquet") if (p := folder / name).is_file()), None)
        if path is None:
            raise Refused("The set has no rows.csv and no rows.parquet; add one with a column id.")
        self._name = path.name
        self._rows: dict[str, dict[str, str]] = {}
        for number, record in _csv(path) if path.suffix == ".csv" else _parquet(path):
            self._keep(number, record)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all rows."""
        return tuple(self._rows)

    def content(self, row: Row) -> Content:
        """Return a row as canonical JSON of its columns."""
        if row.id not in self._rows:
            raise absent(row, "row", f"one with this id in {self._name}")
        return Content(canonical(self._rows[row.id]))

    def unlisted(self, rows: Iterable[Row]) -> int:
        """Return how many rows labels.csv does not name."""
        return len(self._rows.keys() - {row.id for row in rows})

    def _keep(self, number: int, record: dict[str, str]) -> None:
        name = record.pop("id", "").strip()
        if not name:
            raise Refused(f"{self._name}, row {number}: the id is empty.")
        if name in self._rows:
            raise Refused(
                f"{self._name}, row {number}: the id {name!r} was used before; every row needs its own."
            )
        if len(self._rows) >= _MOST_ROWS:
            raise Refused(f"{self._name} has more than {_MOST_ROWS} rows; split the set.")
        for column, value in record.items():
            if len(value) > _LONGEST:
                raise Refused(
                    f"{self._name}, row {number}, column {column!r}: the value is longer than {_LONGEST} characters."
                )
        self._rows[name] = record
        self.columns = tuple(record)


def _csv(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    for number, record in records(path, ("id",)):
        if number == 2:
            _check_width(len(record), path.name)
        yield number, record


def _parquet(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        file = parquet.ParquetFile(path)
        names = file.schema_arrow.names
        _check_schema(file, path.name)
        number = 1
        for batch in file.iter_batches(_BATCH):
            for record in batch.to_pylist():
                number += 1
                yield number, {name: _text(record[name], path.name, number, name) for name in names}
    except (pyarrow.ArrowException, OSError, MemoryError) as error:
        raise Refused(
            f"{path.name} is not a Parquet file that can be read ({str(error).splitlines()[0][:150]})."
        ) from None


def _check_schema(file: parquet.ParquetFile, name: str) -> None:
    schema = file.schema_arrow
    if file.metadata.num_rows > _MOST_ROWS:
        raise Refused(f"{name} has more than {_MOST_ROWS} rows; split the set.")
    _check_width(len(schema), name)
    if "id" not in schema.names:
        raise Refused(f"{name} has no column 'id'; its columns are {', '.join(schema.names[:20]) or 'none'}.")
    if len(set(schema.names)) != len(schema.names):
        raise Refused(f"{name} names a column twice; give every column a name of its own.")
    for field in schema:
        if pyarrow.types.is_nested(field.type) or pyarrow.types.is_binary(field.type):
            raise Refused(f"{name}, column {field.name!r}: values of the type {field.type} are not read.")


def _check_width(columns: int, name: str) -> None:
    if columns > _MOST_COLUMNS:
        raise Refused(f"{name} has {columns} columns, and at most {_MOST_COLUMNS} are read.")


def _text(value: object, name: str, number: int, column: str) -> str:
    """Return a value as CSV would have it; nothing is an empty field, and so is a number that is none."""
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, _PLAIN) or type(value).__name__ == "Decimal":
        return value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)
    raise Refused(f"{name}, row {number}, column {column!r}: a {type(value).__name__} is not read.")
