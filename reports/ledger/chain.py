"""The hash chain, pure: what an entry's hash is, and the first entry where a chain breaks."""

from collections.abc import Iterable
from typing import NamedTuple

from pydantic import JsonValue

from auditor.common.digest import digest_of

GENESIS = "0" * 64


class Link(NamedTuple):
    """One entry as the chain sees it; positions count from 1, `recorded_at` is RFC 3339 text."""

    position: int
    previous: str
    kind: str
    body: dict[str, JsonValue]
    recorded_at: str
    hash: str


def link_hash(
    *, position: int, previous: str, kind: str, body: dict[str, JsonValue], recorded_at: str
) -> str:
    """Return the SHA-256 of an entry's canonical JSON, which includes the hash of the entry before it."""
    return digest_of(
        {"position": position, "previous": previous, "kind": kind, "body": body, "recorded_at": recorded_at}
    )


def first_break(links: Iterable[Link]) -> str | None:
    """Return a sentence about the first entry that does not follow from the one before it, or None."""
    previous, expected = GENESIS, 1
    for link in links:
        if link.position != expected:
            return f"Entry {expected} is missing; entry {link.position} stands in its place."
        if link.previous != previous:
            return f"Entry {link.position} does not follow entry {link.position - 1}: it names another hash."
        computed = link_hash(
            position=link.position,
            previous=link.previous,
            kind=link.kind,
            body=link.body,
            recorded_at=link.recorded_at,
        )
        if computed != link.hash:
            return f"Entry {link.position} was altered: its content no longer gives the hash that it carries."
        previous, expected = link.hash, expected + 1
    return None
