"""Pins in another Postgres, best under a role that can add rows there and not remove any."""

from typing import NamedTuple
from urllib.parse import urlsplit

import psycopg

from auditor.common.errors import RetraceError
from auditor.common.said import say

_TABLE = """
CREATE TABLE IF NOT EXISTS retrace_pin (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pinned_at timestamptz NOT NULL DEFAULT now(),
    checkpoint text NOT NULL
)
"""
_EXISTS = "SELECT to_regclass('retrace_pin') IS NOT NULL"
_SECONDS = 10


class Database(NamedTuple):
    """The table retrace_pin of the database at an address, made on first use."""

    address: str

    @property
    def name(self) -> str:
        """Return host and database."""
        parts = urlsplit(self.address)
        return f"{parts.hostname or 'localhost'}{parts.path}"

    def keep(self, note: str) -> None:
        """Add a checkpoint; raises RetraceError where the database does not take it."""
        try:
            with psycopg.connect(self.address, connect_timeout=_SECONDS) as connection:
                if not self._exists(connection):
                    connection.execute(_TABLE)
                connection.execute("INSERT INTO retrace_pin (checkpoint) VALUES (%s)", [note])
        except psycopg.Error as error:
            raise self._failed(error) from error

    def kept(self) -> list[str]:
        """Return the checkpoints, none where there is no table yet; raises RetraceError."""
        try:
            with psycopg.connect(self.address, connect_timeout=_SECONDS) as connection:
                if not self._exists(connection):
                    return []
                found = connection.execute("SELECT checkpoint FROM retrace_pin ORDER BY number")
                return [checkpoint for (checkpoint,) in found]
        except psycopg.Error as error:
            raise self._failed(error) from error

    def _exists(self, connection: psycopg.Connection) -> bool:
        row = connection.execute(_EXISTS).fetchone()
        return bool(row and row[0])

    def _failed(self, error: psycopg.Error) -> RetraceError:
        why = str(error).strip().splitlines()
        return RetraceError(
            say(
                "The database %(name)s could not be used for pins: %(why)s.",
                name=self.name,
                why=why[0].rstrip(".") if why else type(error).__name__,
            )
        )
