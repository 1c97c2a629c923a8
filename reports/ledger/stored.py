"""The stored tree: how large it is, its hashes by their places, and the rows that a check reads."""

import json
from collections.abc import Iterable, Iterator
from itertools import chain

from django.db import connection

from auditor.common.errors import Corrupt
from auditor.common.merkle import Place
from auditor.common.said import say
from reports.ledger.check import Row
from reports.ledger.leaf import Leaf
from reports.ledger.models import Entry

_HASHES = """
WITH wanted AS (SELECT * FROM unnest(%s::smallint[], %s::bigint[]) AS place(level, "index"))
SELECT level, "index", hash FROM wanted JOIN ledger_node USING (level, "index")
UNION ALL
SELECT 0, "index", decode(hash, 'hex') FROM wanted JOIN ledger_entry ON level = 0 AND position = "index" + 1
"""
_ROWS = """
SELECT position, kind, body::text, recorded_at, subject, hash FROM ledger_entry WHERE position <= %s ORDER BY position
"""
_RANGE = 'SELECT level, "index", hash FROM ledger_node WHERE level = %s AND "index" >= %s AND "index" < %s'
_FETCHED = 4096


def tree_size() -> int:
    """Return the number of entries."""
    last = Entry.objects.order_by("-position").values_list("position", flat=True).first()
    return last or 0


def hashes(places: Iterable[Place]) -> dict[Place, bytes]:
    """Return the stored hashes of complete subtrees, in one query; raises Corrupt where one is missing."""
    wanted = set(places)
    with connection.cursor() as cursor:
        cursor.execute(_HASHES, [[level for level, _ in wanted], [index for _, index in wanted]])
        found = _by_place(cursor.fetchall())
    if missing := wanted - found.keys():
        level, index = min(missing)
        raise Corrupt(
            say(
                "The ledger lacks the hash over its entries %(first)s to %(last)s; restore it from a backup.",
                first=(index << level) + 1,
                last=(index + 1) << level,
            )
        )
    return found


def rows(size: int) -> Iterator[Row]:
    """Yield the first `size` entries as they are stored, in their order; they stream inside a transaction."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_ROWS, [size])
        while batch := cursor.fetchmany(_FETCHED):
            for position, kind, body, recorded_at, subject, hash_ in batch:
                yield Row(Leaf(position, kind, json.loads(body), recorded_at), subject, hash_)


def nodes_finished(start: int, end: int) -> dict[Place, bytes]:
    """Return the stored hashes of the subtrees that grow complete while `start` entries become `end`."""
    ranges = [(level, start >> level, end >> level) for level in range(1, end.bit_length())]
    if not ranges:
        return {}
    with connection.cursor() as cursor:
        # A range at a time, since the planner knows what a constant range costs, and not what a join of them does.
        cursor.execute(" UNION ALL ".join([_RANGE] * len(ranges)), list(chain.from_iterable(ranges)))
        return _by_place(cursor.fetchall())


def extent() -> tuple[int, int]:
    """Return the last position and the last one that a node covers, as of one moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT coalesce(max(position), 0) FROM ledger_entry),"
            ' (SELECT coalesce(max(("index" + 1) << level), 0) FROM ledger_node)'
        )
        position, covered = cursor.fetchone()
    return position, covered


def _by_place(nodes: Iterable[tuple[int, int, bytes | memoryview]]) -> dict[Place, bytes]:
    return {(level, index): bytes(hash_) for level, index, hash_ in nodes}
