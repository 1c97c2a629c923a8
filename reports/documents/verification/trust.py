"""Whom a verifier trusts: by default this installation itself, or whoever is named."""

from collections.abc import Iterable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

from reports.documents.certificates import certificates_in
from reports.documents.verification.answers import Trust
from reports.keys.signing import signing_key
from reports.ledger.note import VerifierKey
from reports.ledger.services import ledger_verifier


def trust(signers: Path | None = None, log: str | None = None) -> Trust:
    """Return whom to trust; whoever is not named is this installation.

    Raises Refused where a file holds no certificate, where a key is none, or where our own keys cannot be read.
    """
    roots = settings.TSA["roots"]
    return Trust(
        signers=_pem(certificates_in(signers) if signers else (signing_key().certificate,)),
        stamps=_pem(certificates_in(Path(roots))) if roots else "",
        logs=(str(VerifierKey.parse(log) if log else ledger_verifier()),),
    )


def _pem(certificates: Iterable[x509.Certificate]) -> str:
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in certificates)
