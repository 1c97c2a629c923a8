"""The stored tree: how large it is, its hashes by their places, and the rows that a check reads."""

from collections.abc import Iterable, Iterator

from django.db import connection
from django.db.models import Q

from auditor.common.errors import Corrupt
from auditor.common.merkle import Place
from auditor.common.said import say
from reports.ledger.check import BATCH, Row
from reports.ledger.leaf import Leaf
from reports.ledger.models import Entry, Node


def tree_size() -> int:
    """Return the number of entries."""
    last = Entry.objects.order_by("-position").values_list("position", flat=True).first()
    return last or 0


def hashes(places: Iterable[Place]) -> dict[Place, bytes]:
    """Return the stored hashes of complete subtrees, in two queries; raises Corrupt where one is missing."""
    wanted = set(places)
    leaves = Entry.objects.filter(position__in=[index + 1 for level, index in wanted if level == 0])
    nodes = Node.objects.filter(pk__in=[place for place in wanted if place[0] > 0])
    found = {
        (0, position - 1): bytes.fromhex(hash_) for position, hash_ in leaves.values_list("position", "hash")
    }
    found |= _by_place(nodes.values_list("level", "index", "hash"))
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
    columns = ("position", "kind", "body", "recorded_at", "subject", "hash")
    entries = Entry.objects.filter(position__lte=size).order_by("position").values_list(*columns)
    for position, kind, body, recorded_at, subject, hash_ in entries.iterator(chunk_size=BATCH):
        yield Row(Leaf(position, kind, body, recorded_at), subject, hash_)


def nodes_finished(start: int, end: int) -> dict[Place, bytes]:
    """Return the stored hashes of the subtrees that grow complete while `start` entries become `end`."""
    ranges = Q()
    for level in range(1, end.bit_length()):
        ranges |= Q(level=level, index__gte=start >> level, index__lt=end >> level)
    return _by_place(Node.objects.filter(ranges).values_list("level", "index", "hash")) if ranges else {}


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
