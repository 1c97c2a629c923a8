"""Writing to the log: taking the turn, and adding entries and the subtrees that they finish by COPY."""

from collections.abc import Iterable, Mapping

from django.db import connection

from auditor.common.canonical import canonical
from auditor.common.merkle import Place, complete_subtrees
from reports.ledger.models import Entry
from reports.ledger.stored import hashes, tree_size

COLUMNS = ("position", "kind", "body", "subject", "recorded_at", "hash")
_LOCK = 0x5265747261636521
_ENTRIES = f"COPY ledger_entry ({', '.join(COLUMNS)}) FROM STDIN"
_NODES = 'COPY ledger_node (level, "index", hash) FROM STDIN'


def take_turn() -> None:
    """Wait for the turn to append, which the transaction then has until its end.

    It is a statement of its own: the next one has to see what the appender before us committed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def right_edge() -> tuple[int, list[bytes]]:
    """Return the log's size and the tree's right edge; raises Corrupt where the stored tree lacks a hash of it."""
    size = tree_size()
    places = complete_subtrees(0, size)
    known = hashes(places) if places else {}
    return size, [known[place] for place in places]


def add(entries: Iterable[Entry], finished: Mapping[Place, bytes]) -> None:
    """Add entries and the complete subtrees above them."""
    _copied(
        _ENTRIES,
        ((e.position, e.kind, canonical(e.body).decode(), e.subject, e.recorded_at, e.hash) for e in entries),
    )
    if finished:
        _copied(_NODES, ((level, index, hash_) for (level, index), hash_ in finished.items()))


def _copied(statement: str, rows: Iterable[tuple[object, ...]]) -> None:
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
