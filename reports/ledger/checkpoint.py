"""Checkpoints (c2sp.org/tlog-checkpoint): the head of a log - its name, size and root - as a signed note."""

import re
from base64 import b64encode
from collections.abc import Iterable
from typing import NamedTuple, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from auditor.common.errors import Refused
from auditor.common.merkle import HASH_BYTES
from auditor.common.said import say
from reports.ledger.note import Note, VerifierKey, unbase64

NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


class Checkpoint(NamedTuple):
    """How large a log is and which root its tree has; extensions are lines of others, kept as they are."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text of a checkpoint, without signatures; raises Refused for anything else."""
        *lines, end = text.split("\n")
        if end == "" and len(lines) >= 3 and all(lines):
            origin, size, root, *extensions = lines
            content = unbase64(root)
            if NUMBER.fullmatch(size) and content and len(content) == HASH_BYTES:
                return cls(origin, int(size), content, tuple(extensions))
        raise Refused(say("This is not a checkpoint: the name of a log, its size and its root, a line each."))

    def signed(self, key: Ed25519PrivateKey) -> str:
        """Return the checkpoint as a note signed by the log; raises Refused for a name that notes cannot carry."""
        return str(Note(str(self)).signed(self.origin, key))

    def __str__(self) -> str:
        lines = (self.origin, str(self.size), b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def open_checkpoint(note: str, keys: Iterable[VerifierKey]) -> Checkpoint:
    """Return a checkpoint signed by one of the logs whose keys are given.

    Signatures by unknown keys, of witnesses for instance, are ignored. Raises Refused where the text is no
    checkpoint, or where the log that it names did not sign it.
    """
    parsed = Note.parse(note)
    checkpoint = Checkpoint.parse(parsed.text)
    parsed.check([key for key in keys if key.name == checkpoint.origin])
    return checkpoint
