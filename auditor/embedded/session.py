"""One shared instance per checkout: the first user starts it, the last one out turns off the light."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auditor.common.environment import variables
from auditor.common.errors import RetraceError
from auditor.common.said import say
from auditor.embedded import layout as layouts
from auditor.embedded import locks, postgres, redis
from auditor.embedded.layout import Layout
from auditor.embedded.state import State, load, save, write_private

SERVERS = ("DATABASE_URL", "CELERY_BROKER_URL")


class HalfConfiguredError(RetraceError):
    """One server is named in the environment and the other is not."""


@contextmanager
def environment() -> Iterator[None]:
    """Point the environment at running servers: the caller's own, else the embedded ones.

    The embedded ones are started or joined on entry; on exit the environment is restored, and whoever
    leaves last stops them. Raises HalfConfiguredError, ServiceMissingError, PostgresError, RedisError.
    """
    given = [name for name in SERVERS if os.environ.get(name)]
    if len(given) == len(SERVERS):
        yield
        return
    if given:
        other = next(name for name in SERVERS if name not in given)
        raise HalfConfiguredError(
            say(
                "%(given)s is set but %(other)s is not: set both, or none for the embedded servers.",
                given=given[0],
                other=other,
            )
        )
    layout = layouts.prepare(layouts.var_directory())
    with _users_lock(layout) as users, variables(_enter(layout, users)):
        yield


def stop() -> bool:
    """Stop the embedded servers whoever uses them; return whether any was running."""
    layout = layouts.prepare(layouts.var_directory())
    with locks.exclusive(layout.gate):
        found = postgres.running(layout) or redis.running(layout)
        _stop(layout)
    return found


def remove() -> None:
    """Stop the embedded servers and delete everything under the data directory, for good."""
    layout = layouts.prepare(layouts.var_directory())
    stop()
    shutil.rmtree(layout.home)
    shutil.rmtree(layout.var, ignore_errors=layout.home == layout.var)


@contextmanager
def _users_lock(layout: Layout) -> Iterator[int]:
    """Hold a place among the users; on leaving, stop the servers if nobody else holds one."""
    descriptor = os.open(layout.var / "embedded.lock", os.O_RDWR | os.O_CREAT, 0o600)
    holder = os.getpid()
    try:
        yield descriptor
    finally:
        try:
            if os.getpid() == holder and locks.is_last(descriptor):  # a forked child shares our place
                _stop(layout)
        finally:
            os.close(descriptor)


def _enter(layout: Layout, users: int) -> dict[str, str]:
    """Join the users, start what does not run and return the variables that name it."""
    with locks.exclusive(layout.gate):
        locks.share(users)
        state = _ensure(layout)
        key = _secret_key(layout.var / "secret-key")
    role = postgres.NAME
    return {
        "DATABASE_URL": f"postgres://{role}:{state.postgres.password}@127.0.0.1:{state.postgres.port}/{role}",
        "CELERY_BROKER_URL": f"redis://:{state.redis.password}@127.0.0.1:{state.redis.port}/0",
        "RETRACE_EMBEDDED": "1",
        "STORAGE_URL": os.environ.get("STORAGE_URL") or (layout.var / "store").as_uri(),
        "RETRACE_KEYS": os.environ.get("RETRACE_KEYS") or str(layout.var / "keys"),
        "RETRACE_SECRET_KEY": os.environ.get("RETRACE_SECRET_KEY") or key,
    }


def _ensure(layout: Layout) -> State:
    known = load(layout.state)
    database = (
        known.postgres if known and postgres.running(layout) and postgres.answers(known.postgres) else None
    )
    broker = known.redis if known and redis.running(layout) and redis.answers(known.redis) else None
    if known and database and broker:
        return known
    state = State(
        postgres=database or postgres.start(layout, known.postgres.password if known else None),
        redis=broker or redis.start(layout),
    )
    save(layout.state, state)
    return state


def _stop(layout: Layout) -> None:
    redis.stop(layout)
    postgres.stop(layout)


def _secret_key(path: Path) -> str:
    if not path.exists():
        write_private(path, secrets.token_urlsafe(48))
    return path.read_text(encoding="utf-8")
