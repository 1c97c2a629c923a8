"""The key that signs the ledger's checkpoints: Ed25519, in a file of its own."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings

from auditor.common.errors import Refused
from auditor.common.said import say
from reports.keys.files import made_once

FILE = "log.pem"


def log_key() -> Ed25519PrivateKey:
    """Return the key of the log, made on first use; raises Refused where its file is not one, or not private."""
    path = settings.KEYS_DIR / FILE
    try:
        key = load_pem_private_key(made_once(path, _new), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise Refused(say("%(path)s is not an Ed25519 key in PEM; restore it from a backup.", path=str(path)))
    return key


def _new() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
