"""An entry as a leaf of the tree: the canonical JSON that its hash is over."""

import json
from collections.abc import Mapping
from typing import NamedTuple, Self

from pydantic import JsonValue

from auditor.common.canonical import canonical
from auditor.common.errors import Refused
from auditor.common.merkle import leaf_hash
from auditor.common.said import say

_SORTED = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class Leaf(NamedTuple):
    """What an entry says; positions count from 1, `recorded_at` is RFC 3339 text."""

    position: int
    kind: str
    body: Mapping[str, JsonValue]
    recorded_at: str

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Read a leaf back from its bytes; raises Refused for anything but the bytes of a leaf."""
        try:
            found = json.loads(content)
            if not isinstance(found, dict) or set(found) != set(cls._fields):
                raise ValueError("other fields")
            leaf = cls(**found)
            types = (type(leaf.position), type(leaf.kind), type(leaf.body), type(leaf.recorded_at))
            if types != (int, str, dict, str) or leaf.content != content:
                raise ValueError("another spelling")
        except (ValueError, RecursionError) as error:
            raise Refused(say("This is not an entry of a ledger in canonical JSON.")) from error
        return leaf

    @property
    def content(self) -> bytes:
        """Return the bytes of the leaf; raises ValueError for a body that JSON cannot carry exactly."""
        return canonical(
            {
                "body": self.body,
                "kind": self.kind,
                "position": self.position,
                "recorded_at": self.recorded_at,
            }
        )

    @property
    def hash(self) -> str:
        """Return the leaf's hash as hexadecimal digits."""
        return leaf_hash(self.content).hex()

    def gives(self, hash_: str) -> bool:
        """Say whether the hash is the leaf's.

        Most leaves have one spelling in the standard library's JSON, too, which is several times as fast; the hash
        itself shows where that is so.
        """
        try:
            return leaf_hash(_quick(self).encode()).hex() == hash_ or self.hash == hash_
        except ValueError:  # a number or text, put there later, that canonical JSON has no form for
            return False


def _quick(leaf: Leaf) -> str:
    fields = {
        "body": leaf.body,
        "kind": leaf.kind,
        "position": leaf.position,
        "recorded_at": leaf.recorded_at,
    }
    return _SORTED.encode(fields)
