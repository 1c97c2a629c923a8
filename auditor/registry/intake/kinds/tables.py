"""Sets of rows: rows.csv or rows.parquet, a row an item, found by its id."""

import datetime
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow
from pyarrow import parquet

from auditor.common.canonical import canonical
from auditor.common.errors import Refused
from auditor.common.said import Said, say
from auditor.registry.intake.kinds.base import Content, Reader, absent
from auditor.registry.intake.labels import Row, no_column, records

_MOST_ROWS, _MOST_COLUMNS, _LONGEST = 1_000_000, 2_000, 10_000
_BATCH = 4096
_PLAIN = (str, bool, int, float, datetime.date, datetime.time)


class Tables(Reader):
    """Values are kept as they are written; what they mean is for the model's columns to say."""

    def __init__(self, folder: Path, salt: bytes) -> None:
        path = next((p for name in ("rows.csv", "rows.parquet") if (p := folder / name).is_file()), None)
        if path is None:
            raise Refused(say("The set has no rows.csv and no rows.parquet; add one with a column id."))
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
            raise absent(row, say("a row with this id in %(file)s", file=self._name))
        return Content(canonical(self._rows[row.id]))

    def unlisted(self, rows: Iterable[Row]) -> int:
        """Return how many rows labels.csv does not name."""
        return len(self._rows.keys() - {row.id for row in rows})

    def _keep(self, number: int, record: dict[str, str]) -> None:
        name = record.pop("id", "").strip()
        if not name:
            raise Refused(say("%(file)s, row %(row)s: the id is empty.", file=self._name, row=number))
        if name in self._rows:
            raise Refused(
                say(
                    "%(file)s, row %(row)s: the id %(id)s was used before; every row needs its own.",
                    file=self._name,
                    row=number,
                    id=repr(name),
                )
            )
        if len(self._rows) >= _MOST_ROWS:
            raise Refused(_too_many_rows(self._name))
        for column, value in record.items():
            if len(value) > _LONGEST:
                raise Refused(
                    say(
                        "%(file)s, row %(row)s, column %(column)s: the value is longer than %(most)s characters.",
                        file=self._name,
                        row=number,
                        column=repr(column),
                        most=_LONGEST,
                    )
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
            say(
                "%(file)s is not a Parquet file that can be read (%(error)s).",
                file=path.name,
                error=str(error).splitlines()[0][:150],
            )
        ) from None


def _check_schema(file: parquet.ParquetFile, name: str) -> None:
    schema = file.schema_arrow
    if file.metadata.num_rows > _MOST_ROWS:
        raise Refused(_too_many_rows(name))
    _check_width(len(schema), name)
    if "id" not in schema.names:
        raise Refused(no_column(name, "id", schema.names[:20]))
    if len(set(schema.names)) != len(schema.names):
        raise Refused(say("%(file)s names a column twice; give every column a name of its own.", file=name))
    for field in schema:
        if pyarrow.types.is_nested(field.type) or pyarrow.types.is_binary(field.type):
            raise Refused(
                say(
                    "%(file)s, column %(column)s: values of the type %(type)s are not read.",
                    file=name,
                    column=repr(field.name),
                    type=str(field.type),
                )
            )


def _too_many_rows(name: str) -> Said:
    return say("%(file)s has more than %(most)s rows; split the set.", file=name, most=_MOST_ROWS)


def _check_width(columns: int, name: str) -> None:
    if columns > _MOST_COLUMNS:
        raise Refused(
            say(
                "%(file)s has %(columns)s columns, and at most %(most)s are read.",
                file=name,
                columns=columns,
                most=_MOST_COLUMNS,
            )
        )


def _text(value: object, name: str, number: int, column: str) -> str:
    """Return a value as CSV would have it; nothing is an empty field, and so is a number that is none."""
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, _PLAIN) or type(value).__name__ == "Decimal":
        return value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)
    raise Refused(
        say(
            "%(file)s, row %(row)s, column %(column)s: values of the type %(type)s are not read.",
            file=name,
            row=number,
            column=repr(column),
            type=type(value).__name__,
        )
    )
