"""Turns on the public page: few files are examined at once, and nobody asks without end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils.translation import gettext as _

from auditor.common.errors import Refused

_PLACES = 0x76657269
_MINUTE = 60


class Busy(Refused):
    """Too much is asked at the moment."""


def count_asked(address: str) -> None:
    """Count a question of an address, as this web process sees it; raises Busy for too many in a minute."""
    name = f"verify:{address}:{int(time.time()) // _MINUTE}"
    cache.add(name, 0, 2 * _MINUTE)
    if cache.incr(name) > settings.VERIFY_PER_MINUTE:
        raise Busy(_("Many files came from your address within a minute; wait for a minute and try again."))


@contextmanager
def turn() -> Iterator[None]:
    """Hold one of the few places of this installation inside the block; raises Busy where all are taken.

    The database frees the place of a process that dies.
    """
    place = next((place for place in range(settings.VERIFY_AT_ONCE) if _taken(place)), None)
    if place is None:
        raise Busy(_("Other files are being examined; wait for a minute and try again."))
    try:
        yield
    finally:
        _ask("SELECT pg_advisory_unlock(%s, %s)", place)


def _taken(place: int) -> bool:
    return _ask("SELECT pg_try_advisory_lock(%s, %s)", place)


def _ask(statement: str, place: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [_PLACES, place])
        return bool(cursor.fetchone()[0])
