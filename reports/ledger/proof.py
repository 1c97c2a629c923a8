"""Proofs for a file (c2sp.org/tlog-proof@v1): an entry's place, its path to the root, and the log's checkpoint."""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from auditor.common.errors import Refused
from auditor.common.merkle import HASH_BYTES, leaf_hash
from auditor.common.said import say
from reports.ledger.checkpoint import NUMBER, Checkpoint, open_checkpoint
from reports.ledger.merkle import is_included
from reports.ledger.note import VerifierKey, unbase64

HEADER = "c2sp.org/tlog-proof@v1"
_MOST_CHARACTERS = 2**20


@dataclass(frozen=True)
class Proof:
    """Everything that shows offline that a leaf is in a log; our proofs carry the leaf itself as `extra`."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read a proof as str() writes it; raises Refused for anything else. Nothing is verified by this."""
        head, _, checkpoint = written.partition("\n\n")
        header, *lines = head.split("\n")
        extra = unbase64(lines.pop(0)[6:]) if lines and lines[0].startswith("extra ") else b""
        name, _, index = (lines.pop(0) if lines else "").partition(" ")
        path = [unbase64(line) for line in lines]
        if (
            header == HEADER
            and name == "index"
            and NUMBER.fullmatch(index)
            and extra is not None
            and checkpoint
            and len(written) <= _MOST_CHARACTERS
        ):
            hashes = tuple(one for one in path if one and len(one) == HASH_BYTES)
            if len(hashes) == len(path):
                return cls(int(index), hashes, checkpoint, extra)
        raise Refused(say("This is not a proof of a log entry in the form %(form)s.", form=HEADER))

    def check(self, leaf: bytes, keys: Iterable[VerifierKey]) -> Checkpoint:
        """Return the checkpoint in whose tree the leaf is number `index`, counted from 0.

        Raises Refused where none of the keys is that of the log that signed it, or where the path does not lead
        from the leaf to its root.
        """
        checkpoint = open_checkpoint(self.checkpoint, keys)
        if not is_included(leaf_hash(leaf), self.index, checkpoint.size, self.path, checkpoint.root):
            raise Refused(
                say(
                    "The proof does not lead from this entry to the root that %(log)s signed: either was altered.",
                    log=checkpoint.origin,
                )
            )
        return checkpoint

    def __str__(self) -> str:
        extra = [f"extra {b64encode(self.extra).decode()}"] if self.extra else []
        path = [b64encode(one).decode() for one in self.path]
        return "\n".join([HEADER, *extra, f"index {self.index}", *path, "", self.checkpoint])
