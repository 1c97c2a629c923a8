"""A database of its own on the embedded Postgres, dropped at the end, with Django set up on it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import psycopg

from auditor.common.environment import variables
from auditor.embedded import environment


@contextmanager
def own_database() -> Iterator[None]:
    """Run the block with Django set up on a new, empty database and with keys of its own."""
    name = f"bench_{os.getpid()}"
    with environment(), TemporaryDirectory(prefix="retrace-bench-") as keys:
        address = os.environ["DATABASE_URL"]
        own = urlsplit(address)._replace(path=f"/{name}").geturl()
        with psycopg.connect(address, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name}")
            try:
                with variables({"DATABASE_URL": own, "RETRACE_KEYS": keys}):
                    import django

                    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "auditor.settings")
                    django.setup()
                    yield
            finally:
                server.execute(f"DROP DATABASE {name} WITH (FORCE)")
