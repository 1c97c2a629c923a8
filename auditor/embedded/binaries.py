"""Where the distribution keeps the servers, and what to install when it does not."""

import shutil
from pathlib import Path

from auditor.common.errors import RetraceError
from auditor.common.said import say

POSTGRES_HOMES = Path("/usr/lib/postgresql")
POSTGRES_TOOLS = ("initdb", "postgres", "pg_ctl", "psql")


class ServiceMissingError(RetraceError):
    """A server program is not installed; the sentence names the Debian packages."""


def postgres_tools() -> Path:
    """Return the directory of the newest Postgres that is complete. Raises ServiceMissingError."""
    for candidate in (*_debian_homes(), *_on_path()):
        if all((candidate / tool).is_file() for tool in POSTGRES_TOOLS):
            return candidate
    raise _missing("Postgres")


def redis_server() -> Path:
    """Return the path of redis-server. Raises ServiceMissingError."""
    found = shutil.which("redis-server")
    if found is None:
        raise _missing("Redis")
    return Path(found)


def _debian_homes() -> list[Path]:
    homes = [home for home in POSTGRES_HOMES.glob("*/bin") if home.parent.name.isdigit()]
    return sorted(homes, key=lambda home: int(home.parent.name), reverse=True)


def _on_path() -> list[Path]:
    found = shutil.which("initdb")
    return [Path(found).resolve().parent] if found else []


def _missing(server: str) -> ServiceMissingError:
    return ServiceMissingError(
        say(
            "The embedded default needs %(server)s, which is not installed here: apt-get install postgresql "
            "redis-server, or set DATABASE_URL and CELERY_BROKER_URL to servers of your own.",
            server=server,
        )
    )
