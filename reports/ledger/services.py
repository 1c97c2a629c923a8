"""Appending to the ledger, showing what is in it, and checking it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, transaction
from pydantic import JsonValue

from auditor.common.clock import timestamp, utc_now
from auditor.common.errors import Corrupt, Refused
from auditor.common.merkle import GrowingTree
from auditor.common.said import say
from reports.keys.log import log_key
from reports.ledger.check import first_break
from reports.ledger.checkpoint import Checkpoint
from reports.ledger.leaf import Leaf
from reports.ledger.merkle import root, root_and_path
from reports.ledger.models import Entry
from reports.ledger.note import VerifierKey
from reports.ledger.proof import Proof
from reports.ledger.stored import extent, hashes, nodes_finished, rows, tree_size
from reports.ledger.writing import COLUMNS, add, right_edge, take_turn


class Draft(NamedTuple):
    """An entry to be appended; `subject` is the digest that it is about."""

    kind: str
    subject: str
    body: dict[str, JsonValue]


def ledger_turn() -> None:
    """Wait for the turn to append, which the caller's transaction then has until its end.

    Appending waits by itself. Whoever must look at something before that nobody else may append, asks for it first.
    """
    take_turn()


def ledger_append(
    *, kind: str, subject: str, body: dict[str, JsonValue], now: datetime | None = None
) -> Entry:
    """Append one entry inside the caller's transaction and return it; see `ledger_append_many`."""
    return ledger_append_many([Draft(kind, subject, body)], now=now)[0]


def ledger_append_many(drafts: Sequence[Draft], *, now: datetime | None = None) -> list[Entry]:
    """Append entries in their order inside the caller's transaction and return them.

    The subject is part of the body under the name "subject". Appenders take turns from here to the end of their
    transactions, so the log has no gaps and no forks. Raises ValueError for a body with a fraction, which
    databases and JSON write in more than one way.
    """
    recorded_at = timestamp(now or utc_now())
    with transaction.atomic():
        ledger_turn()
        size, edge = right_edge()
        tree = GrowingTree(size, edge)
        entries = [_entry(n, draft, recorded_at) for n, draft in enumerate(drafts, size + 1)]
        add(entries, tree.grow([bytes.fromhex(entry.hash) for entry in entries]))
    return entries


def ledger_checkpoint() -> str:
    """Return the log's present head, signed; raises Refused where the log's key cannot be used."""
    size = tree_size()
    return Checkpoint(settings.LOG_NAME, size, root(size, hashes)).signed(log_key())


def ledger_verifier() -> VerifierKey:
    """Return the public half of the log's key; raises Refused where the key cannot be used."""
    return VerifierKey.of(settings.LOG_NAME, log_key())


def ledger_proof(entry: Entry) -> str:
    """Return the text that shows offline that the entry is in the log: c2sp.org/tlog-proof@v1.

    It carries the entry's leaf as its extra data and a checkpoint of the present tree. Ask for it after the entry
    is committed: a checkpoint of a tree that is rolled back would contradict every later one. Raises Corrupt where
    the stored tree does not hold the entry, and Refused where the log's key cannot be used.
    """
    index, size, leaf = entry.position - 1, tree_size(), entry.leaf.content
    head, path = root_and_path(index, size, hashes)
    key = log_key()
    proof = Proof(index, tuple(path), Checkpoint(settings.LOG_NAME, size, head).signed(key), leaf)
    try:
        proof.check(leaf, [VerifierKey.of(settings.LOG_NAME, key)])
    except Refused as error:
        raise Corrupt(
            say(
                "Entry %(position)s does not follow from the stored tree; manage.py ledger verify says where it broke.",
                position=entry.position,
            )
        ) from error
    return str(proof)


def ledger_break() -> str | None:
    """Return a sentence about the first entry that does not give the stored tree, or None.

    Everything is recomputed from the entries' content. Entries that others append meanwhile are left for next time.
    """
    with transaction.atomic():
        size, covered = extent()
        broken = first_break(rows(size), nodes_finished)
    if broken is None and covered > size:
        return say(
            "The stored tree reaches to entry %(covered)s, but entry %(size)s is the last: those after it are missing.",
            covered=covered,
            size=size,
        )
    return broken


def ledger_continues(earlier: Checkpoint) -> str | None:
    """Return a sentence where the log does not begin with the one that an earlier checkpoint is of, or None.

    The stored tree is believed; `ledger_break` checks it.
    """
    size = tree_size()
    if earlier.size > size:
        return say(
            "The log was rolled back: a checkpoint is of %(earlier)s entries, and it has %(size)s.",
            earlier=earlier.size,
            size=size,
        )
    if root(earlier.size, hashes) != earlier.root:
        return say(
            "The log was rewritten: its first %(size)s entries have another root than a checkpoint of them.",
            size=earlier.size,
        )
    return None


def _entry(position: int, draft: Draft, recorded_at: str) -> Entry:
    _refuse_fractions(draft.body)
    body: dict[str, JsonValue] = {**draft.body, "subject": draft.subject}
    hash_ = Leaf(position, draft.kind, body, recorded_at).hash
    values = (position, draft.kind, body, draft.subject, recorded_at, hash_)
    return Entry.from_db(DEFAULT_DB_ALIAS, COLUMNS, values)


def _refuse_fractions(value: JsonValue) -> None:
    if isinstance(value, float):
        raise ValueError(f"an entry of the ledger holds no fractions, and {value} is one")
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _refuse_fractions(inner)
