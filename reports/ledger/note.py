"""Signed notes (c2sp.org/signed-note): text with Ed25519 signatures below it, and the keys that they name."""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import NamedTuple, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from auditor.common.digest import sha256
from auditor.common.errors import Refused
from auditor.common.said import say

ED25519 = b"\x01"
_ID_BYTES, _KEY_BYTES = 4, 32
_MOST_SIGNATURES = 100
_NAME = re.compile(r"[^\s+]+")
_LINE = re.compile(r"— ([^\s+]+) (\S+)")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class VerifierKey(NamedTuple):
    """The public half of a key that signs notes, with the name that it signs under."""

    name: str
    public: bytes

    @classmethod
    def of(cls, name: str, key: Ed25519PrivateKey) -> Self:
        """Return the public half of a key; raises Refused for a name that notes cannot carry."""
        if not _NAME.fullmatch(name):
            raise Refused(
                say("%(name)s cannot name a key: it is empty or has a space or a plus sign.", name=repr(name))
            )
        return cls(name, key.public_key().public_bytes_raw())

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "name+hash+key" as str() writes it; raises Refused for anything else."""
        name, _, rest = text.strip().partition("+")
        encoded = rest.partition("+")[2]
        content = unbase64(encoded)
        if content and content[:1] == ED25519 and len(content) == 1 + _KEY_BYTES and _NAME.fullmatch(name):
            key = cls(name, content[1:])
            if str(key) == text.strip():
                return key
        raise Refused(
            say(
                "This is not the key of an Ed25519 log in the form name+hash+key: %(text)s", text=text.strip()
            )
        )

    @property
    def id(self) -> bytes:
        """Return the four bytes that name the key beside its name."""
        return bytes.fromhex(sha256(self.name.encode() + b"\n" + ED25519 + self.public))[:_ID_BYTES]

    def verifies(self, text: str, signature: bytes) -> bool:
        """Say whether the signature is this key's over the text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(ED25519 + self.public).decode()}"


class Signature(NamedTuple):
    """One line below a note: who signed, by name and key id, and the signature."""

    name: str
    id: bytes
    content: bytes

    def __str__(self) -> str:
        return f"— {self.name} {b64encode(self.id + self.content).decode()}\n"


class Note(NamedTuple):
    """Text that ends in a newline, and the signatures below it, of which some may be by unknown keys."""

    text: str
    signatures: tuple[Signature, ...] = ()

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read a signed note; raises Refused for anything else. No signature is verified by this."""
        body, blank, below = written.rpartition("\n\n")
        lines = below.split("\n")
        found = [_signature(line) for line in lines[:-1]]
        signatures = tuple(one for one in found if one)
        whole = blank and body and lines[-1] == "" and len(signatures) == len(found)
        if not whole or not 1 <= len(found) <= _MOST_SIGNATURES or _CONTROL.search(written):
            raise Refused(say("This is not a signed note: text, an empty line and lines of signatures."))
        return cls(body + "\n", signatures)

    def signed(self, name: str, key: Ed25519PrivateKey) -> Self:
        """Return the note with one more signature; raises Refused for a name that notes cannot carry."""
        verifier = VerifierKey.of(name, key)
        signature = Signature(name, verifier.id, key.sign(self.text.encode()))
        return self._replace(signatures=(*self.signatures, signature))

    def check(self, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
        """Return which of the keys signed; signatures of others are ignored.

        Raises Refused where none of them signed, or where a signature by one of them is not over this text.
        """
        known = {(key.name, key.id): key for key in keys}
        signers = []
        for name, id_, content in self.signatures:
            key = known.get((name, id_))
            if key and not key.verifies(self.text, content):
                raise Refused(
                    say("The signature of %(name)s is not over this text: either was altered.", name=name)
                )
            if key and key not in signers:
                signers.append(key)
        if not signers:
            raise Refused(
                say(
                    "This text is not signed by %(wanted)s; it names %(found)s.",
                    wanted=[key.name for key in known.values()],
                    found=sorted({signature.name for signature in self.signatures}),
                )
            )
        return tuple(signers)

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"


def unbase64(text: str) -> bytes | None:
    """Return the bytes that standard base64 in its one spelling stands for; None for anything else."""
    try:
        content = b64decode(text, validate=True)
    except ValueError:
        return None
    return content if b64encode(content).decode() == text else None


def _signature(line: str) -> Signature | None:
    found = _LINE.fullmatch(line)
    content = unbase64(found[2]) if found else None
    if found is None or content is None or len(content) <= _ID_BYTES:
        return None
    return Signature(found[1], content[:_ID_BYTES], content[_ID_BYTES:])
