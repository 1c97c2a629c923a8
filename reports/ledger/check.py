"""The full check of a log, pure: every hash recomputed from the entries, and the first one that differs."""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import NamedTuple

from auditor.common.merkle import GrowingTree, Place
from auditor.common.said import Said, say
from reports.ledger.leaf import Leaf

BATCH = 2**15


class Row(NamedTuple):
    """An entry as it is stored: what its hash is over, and the two columns beside it."""

    leaf: Leaf
    subject: str
    hash: str


NodesFinished = Callable[[int, int], Mapping[Place, bytes]]
"""Returns the stored hashes of the subtrees that grow complete while `start` entries become `end`."""


def first_break(rows: Iterable[Row], nodes_finished: NodesFinished) -> Said | None:
    """Return a sentence about the first entry that does not give the stored hashes, or None.

    Entries stream through in batches, so any number of them can be checked.
    """
    tree, rest = GrowingTree(), iter(rows)
    while True:
        start, broken = tree.size, None
        leaves: list[bytes] = []
        for row in islice(rest, BATCH):
            broken = _entry_break(row, start + len(leaves) + 1)
            if broken:
                break
            leaves.append(bytes.fromhex(row.hash))
        computed = tree.grow(leaves)
        broken = _node_break(computed, nodes_finished(start, tree.size)) or broken
        if broken or len(leaves) < BATCH:
            return broken


def _entry_break(row: Row, expected: int) -> Said | None:
    leaf = row.leaf
    if leaf.position != expected:
        return say(
            "Entry %(expected)s is missing; entry %(found)s stands in its place.",
            expected=expected,
            found=leaf.position,
        )
    if not leaf.gives(row.hash):
        return say(
            "Entry %(position)s was altered: its content no longer gives the hash that it carries.",
            position=expected,
        )
    if leaf.body.get("subject") != row.subject:
        return say(
            "Entry %(position)s was altered: it is filed under another digest than the one that it is about.",
            position=expected,
        )
    return None


def _node_break(computed: Mapping[Place, bytes], stored: Mapping[Place, bytes]) -> Said | None:
    if computed == stored:
        return None
    differing = [
        place for place in computed.keys() | stored.keys() if computed.get(place) != stored.get(place)
    ]
    level, index = min(differing, key=lambda place: ((place[1] + 1) << place[0], place[0]))
    return say(
        "The stored tree no longer follows from entries %(first)s to %(last)s: one of them was altered together "
        "with its hash, or the tree was.",
        first=(index << level) + 1,
        last=(index + 1) << level,
    )
