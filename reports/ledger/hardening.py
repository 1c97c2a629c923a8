"""Taking from the application's database role the rights that it does not need on the ledger."""

import psycopg
from django.conf import settings
from psycopg import sql

from auditor.common.errors import Refused, RetraceError
from auditor.common.said import say

OWNER = "retrace_ledger"
TABLES = ("ledger_entry", "ledger_node")


def harden(administrator: str) -> str:
    """Give database and ledger to a role that nobody logs in as; return the name of the application's role.

    The application keeps SELECT, INSERT and REFERENCES on the ledger's tables. It no longer owns them, their trigger's
    function, the database or its schema, so it can neither grant itself more, nor disable the triggers, nor drop
    anything of it. `administrator` is the address of the same database as a superuser. May be repeated. Raises
    Refused where the application's own role is a superuser, and RetraceError where the database refuses.
    """
    role, database = settings.DATABASES["default"]["USER"], settings.DATABASES["default"]["NAME"]
    try:
        with psycopg.connect(administrator, dbname=database) as connection:
            if _is_superuser(connection, role):
                raise Refused(
                    say(
                        "The role %(role)s is a superuser, from whom no right can be taken; give Retrace another.",
                        role=role,
                    )
                )
            for statement in _statements(role, database, _exists(connection, OWNER)):
                connection.execute(statement)
    except psycopg.Error as error:
        raise RetraceError(
            say(
                "The ledger could not be hardened: %(why)s.",
                why=str(error).strip().splitlines()[0].rstrip("."),
            )
        ) from error
    return str(role)


def _statements(role: str, database: str, owner_exists: bool) -> list[sql.Composed]:
    names = {
        "role": sql.Identifier(role),
        "owner": sql.Identifier(OWNER),
        "database": sql.Identifier(database),
    }
    made = [] if owner_exists else ["CREATE ROLE {owner} NOLOGIN"]
    shared = [
        "REVOKE {owner} FROM {role}",
        "ALTER DATABASE {database} OWNER TO {owner}",
        "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {role}",
        "GRANT USAGE, CREATE ON SCHEMA public TO {role}",
        "ALTER FUNCTION ledger_refuse() OWNER TO {owner}",
    ]
    for table in TABLES:
        shared += [
            f"ALTER TABLE {table} OWNER TO {{owner}}",
            f"REVOKE ALL ON {table} FROM PUBLIC, {{role}}",
            f"GRANT SELECT, INSERT, REFERENCES ON {table} TO {{role}}",
        ]
    return [sql.SQL(statement).format(**names) for statement in (*made, *shared)]


def _is_superuser(connection: psycopg.Connection, role: str) -> bool:
    found = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    return bool(found and found[0])


def _exists(connection: psycopg.Connection, role: str) -> bool:
    return connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone() is not None
