"""A key per data subject, which can be destroyed for good without rewriting a database or its backups.

All keys follow from one small file outside the database, as the values of a function that can be given up one by one
(`reports.keys.ggm`). Destroying a key replaces that file; what was sealed under it, wherever copies lie, is
then noise. A copy of the file from before brings the key back, so only its newest copy may be kept.
"""

import hmac
import secrets
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from auditor.common.errors import Corrupt, Refused
from auditor.common.said import say
from reports.keys.ggm import DEPTH, NUMBERS
from reports.keys.vault import check_vault, give_up, tree

__all__ = [
    "KeyDestroyed",
    "SubjectKey",
    "check_vault",
    "destroy_keys",
    "destroyed_count",
    "destroyed_ranges",
    "is_destroyed",
    "subject_key",
    "vault_fingerprint",
]

_NONCE_BYTES = 12


class KeyDestroyed(Refused):
    """The key of a subject was destroyed, and everything under it with it."""


class SubjectKey:
    """What is sealed, and what the ledger says, about one subject."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(hmac.digest(secret, b"seal", "sha256"))
        self._salt = hmac.digest(secret, b"salt", "sha256")

    def seal(self, plain: bytes, context: bytes) -> bytes:
        """Return bytes that only this key opens, and only under the same context: AES-256-GCM, a random nonce first."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, context)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """Return what was sealed; raises Corrupt where it was altered, or is another subject's or context's."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context)
        except (InvalidTag, ValueError):
            raise Corrupt(
                say("What was sealed for a subject was altered since, or is filed under another; restore it.")
            ) from None

    def salted(self, content: bytes) -> str:
        """Return a digest of content, in hexadecimal, that nobody can compare with anything without the key."""
        return hmac.digest(self._salt, content, "sha256").hex()


def subject_key(number: int) -> SubjectKey:
    """Return the key of a subject; raises KeyDestroyed after its destruction, Refused where the file is not usable.

    The file is looked at in every call, so a destruction by another process holds at once.
    """
    secret = tree().value(number)
    if secret is None:
        raise KeyDestroyed(
            say(
                "The key of subject %(number)s was destroyed; what it sealed cannot be read again.",
                number=number,
            )
        )
    return SubjectKey(secret)


def is_destroyed(number: int) -> bool:
    """Say whether the key of a subject was destroyed."""
    return tree().value(number) is None


def destroyed_count() -> int:
    """Return how many keys were destroyed; fewer than the register knows of tells a copy of the file from before."""
    return tree().given_up


def destroyed_ranges() -> list[tuple[int, int]]:
    """Return the numbers whose keys were destroyed, as ranges from a first to a last one, in their order."""
    ranges, following = [], 0
    for first, end in sorted(
        (bits << DEPTH - level, bits + 1 << DEPTH - level) for level, bits in tree().places()
    ):
        if first > following:
            ranges.append((following, first - 1))
        following = end
    return [*ranges, (following, NUMBERS - 1)] if following < NUMBERS else ranges


def vault_fingerprint() -> str:
    """Return what tells this file of keys from any other, in hexadecimal; it never changes."""
    return tree().name.hex()


def destroy_keys(numbers: Iterable[int]) -> None:
    """Destroy the keys of subjects; those of a subject that has none any more are passed over.

    Durable when it returns: the new file is on the disk under its name, and the bytes of the old one are overwritten,
    as far as the file system and the disk beneath it do that in place. Processes take turns.
    """
    give_up(numbers)
