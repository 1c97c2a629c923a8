"""The log in one file, for docs/verify_log.py: a line with the signed checkpoint, then the leaves, a line each."""

from collections.abc import Iterator

from django.db import transaction

from auditor.common.canonical import canonical
from auditor.common.errors import Corrupt
from auditor.common.said import say
from reports.ledger.services import ledger_checkpoint
from reports.ledger.stored import rows, tree_size


def export_lines() -> Iterator[bytes]:
    """Yield the lines of an export, each with its newline; entries stream.

    A leaf's line is the very bytes that its hash is over. Raises Corrupt for an entry that has no such bytes, and
    Refused where the log's key cannot be used.
    """
    with transaction.atomic():
        size, head = tree_size(), ledger_checkpoint()
        yield canonical({"checkpoint": head}) + b"\n"
        for row in rows(size):
            try:
                yield row.leaf.content + b"\n"
            except ValueError as error:
                raise Corrupt(
                    say(
                        "Entry %(position)s was altered: its content no longer gives the hash that it carries.",
                        position=row.leaf.position,
                    )
                ) from error
