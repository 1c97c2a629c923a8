"""Pseudonyms of people, and indexes by which sealed words are found again: the same for the same words, here only."""

import hmac
import secrets
from functools import cache
from pathlib import Path

from django.conf import settings

from auditor.common.errors import Refused
from auditor.common.said import say
from reports.keys.files import made_once

FILE = "pseudonyms.key"
_KEY_BYTES = 32


def pseudonym(identifier: str) -> str:
    """Return the pseudonym of a person, 64 hexadecimal digits: HMAC-SHA-256 under this installation's key.

    Nobody gets from it to the identifier without the key (GDPR Art. 4(5)); with it, whoever knows the identifier finds
    the person's records.
    """
    return _digest("pseudonym", identifier)


def index_of(*parts: str) -> str:
    """Return 64 hexadecimal digits by which a record is found whose words are sealed; the parts do not run together."""
    return _digest("index", *parts)


def _digest(purpose: str, *parts: str) -> str:
    encoded = [part.encode() for part in (purpose, *parts)]
    content = b"".join(len(part).to_bytes(8, "big") + part for part in encoded)
    return hmac.digest(_key(Path(settings.KEYS_DIR) / FILE), content, "sha256").hex()


@cache
def _key(path: Path) -> bytes:
    key = made_once(path, lambda: secrets.token_bytes(_KEY_BYTES))
    if len(key) != _KEY_BYTES:
        raise Refused(say("%(path)s is not a whole key; restore it from a backup.", path=str(path)))
    return key
