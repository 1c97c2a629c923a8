"""Print the public halves of this installation's keys, for those who verify reports elsewhere."""

from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.management.base import BaseCommand

from reports.keys.signing import signing_key
from reports.ledger.services import ledger_verifier


class Command(BaseCommand):
    help = "Print the key that checkpoints of the ledger are verified with, and the certificate that signs reports."

    def handle(self, **options: Any) -> None:
        certificate = signing_key().certificate
        self.stdout.write(f"ledger key   {ledger_verifier()}")
        self.stdout.write(f"certificate  {certificate.subject.rfc4514_string()}")
        self.stdout.write(f"SHA-256      {certificate.fingerprint(SHA256()).hex()}")
        self.stdout.write(f"valid until  {certificate.not_valid_after_utc:%Y-%m-%d}")
        self.stdout.write(certificate.public_bytes(Encoding.PEM).decode(), ending="")
