"""Writing decisions: numbers from the database, entries of the ledger, rows by COPY."""

from collections.abc import Sequence

from django.db import connection
from pydantic import JsonValue

from reports.decisions.models import Decision
from reports.ledger.services import Draft, ledger_append_many

_NUMBERS = """
SELECT nextval(pg_get_serial_sequence('decisions_decision', 'id')) FROM generate_series(1, %s)
"""
_COLUMNS = tuple(field.attname for field in Decision._meta.concrete_fields)


def numbered(rows: Sequence[Decision]) -> None:
    """Give rows their numbers; those of rows that are never written are not used again."""
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS, [len(rows)])
        for row, (number,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = number


def written(rows: Sequence[Decision], models: Sequence[str]) -> None:
    """Append an entry for each row, whose model's digest is given, and write the rows."""
    entries = ledger_append_many(
        [_entry(row, model) for row, model in zip(rows, models, strict=True)], now=rows[0].recorded_at
    )
    for row, entry in zip(rows, entries, strict=True):
        row.entry = entry.position
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY decisions_decision ({', '.join(_COLUMNS)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row([getattr(row, column) for column in _COLUMNS])


def _entry(row: Decision, model: str) -> Draft:
    body: dict[str, JsonValue] = {
        "decision": row.pk,
        "sequence": 0,
        "event": "recorded",
        "state": row.state,
        "system": row.system_id,
        "model": model,
    }
    return Draft("decision", row.content, body)
