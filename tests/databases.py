"""Databases that a test has for itself, for processes that commit."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg


@contextmanager
def own_database(name: str) -> Iterator[tuple[str, psycopg.Connection]]:
    """Yield the address of a new database, and a connection to the server that is not to it."""
    base, name = os.environ["DATABASE_URL"], f"{name}_{os.getpid()}"
    with psycopg.connect(base, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield urlsplit(base)._replace(path=f"/{name}").geturl(), server
        finally:
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
