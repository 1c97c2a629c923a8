"""Signed reports and letters of installations that live in a test: their own keys and logs, and no database."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding

from auditor.common.digest import sha256
from reports.documents.attachments import attachments
from reports.documents.finishing import finish
from reports.documents.html import Page
from reports.documents.letter.facts import LetterFacts
from reports.documents.printing import drawn
from reports.documents.signing.authority import Authority
from reports.documents.signing.block import Block, Signable
from reports.documents.signing.sign import Order, sign_file
from reports.documents.snapshot import Snapshot
from reports.documents.verification.answers import Trust
from reports.keys.certificate import self_issued
from reports.keys.signing import SigningKey
from reports.ledger.checkpoint import Checkpoint
from reports.ledger.leaf import Leaf
from reports.ledger.note import VerifierKey
from reports.ledger.proof import Proof
from tests.reference import merkle as reference

MADE = datetime(2026, 1, 1, tzinfo=UTC)
SIGNED = MADE + timedelta(days=300)
TEXT = (
    '<!doctype html><html lang="en"><title>Report</title>'
    "<section><h1>%s</h1><p>Cover</p></section><section><h2>Next</h2></section>"
)


Said = Snapshot | LetterFacts


def kind_of(said: Said) -> Literal["report", "letter"]:
    return "report" if isinstance(said, Snapshot) else "letter"


def rsa_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


@cache
def keys(number: int) -> tuple[RSAPrivateKey, Ed25519PrivateKey]:
    return rsa_key(), Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


@dataclass
class Installation:
    """Installations with the same name and other numbers have other keys."""

    number: int = 1
    site: str = "retrace.example"
    leaves: list[Leaf] = field(
        default_factory=lambda: [Leaf(1, "evidence", {"subject": "0" * 64}, "2026-10-01T00:00:00Z")]
    )

    @property
    def log(self) -> str:
        return f"{self.site}/log"

    @property
    def key(self) -> SigningKey:
        key = keys(self.number)[0]
        return SigningKey(key, certificate_of(key, self.site))

    @property
    def trust(self) -> Trust:
        pem = self.key.certificate.public_bytes(Encoding.PEM).decode()
        return Trust(signers=pem, logs=(str(VerifierKey.of(self.log, keys(self.number)[1])),))

    def record(self, said: Said, rendered: bytes, changes: dict[str, str] | None = None) -> Leaf:
        """Append an entry about a report or a letter, as the issue of a real one does."""
        body = {
            "run": "0" * 8,
            "evidence": said.evidence_digest,
            "snapshot": said.document_digest(),
            "subject": sha256(rendered),
        }
        if isinstance(said, Snapshot):
            body |= {"report": said.report_id, "run": said.run_id, "language": said.language}
        else:
            body |= {"letter": said.number}
        leaf = Leaf(len(self.leaves) + 1, kind_of(said), body | (changes or {}), "2026-10-28T00:00:00Z")
        self.leaves.append(leaf)
        return leaf

    def proof(self, leaf: Leaf) -> str:
        contents, key = [one.content for one in self.leaves], keys(self.number)[1]
        head = Checkpoint(self.log, len(contents), reference.tree_hash(contents)).signed(key)
        index = leaf.position - 1
        return str(Proof(index, tuple(reference.path(index, contents)), head, leaf.content))

    def signed(
        self,
        said: Said,
        rendered: bytes,
        target: Path,
        *,
        proof: str | None = None,
        authority: Authority | None = None,
        moment: datetime = SIGNED,
    ) -> Path:
        """Sign a rendered report or letter with the proof of its entry, or with one that is given."""
        source = target.with_suffix(".rendered")
        source.write_bytes(rendered)
        found = proof if proof is not None else self.proof(self.record(said, rendered))
        signable = Signable(kind_of(said), said.language, getattr(said, "sign_off", None))
        block = Block.of(signable, self.key, len(self.leaves), moment)
        sign_file(source, target, Order(found, block, self.key, moment, authority))
        source.unlink()
        return target


@cache
def certificate_of(key: RSAPrivateKey, site: str) -> x509.Certificate:
    return self_issued(key, site, MADE)


def rendered(snapshot: Snapshot) -> bytes:
    """Return a short document with the attachments of a report, drawn and finished as reports are."""
    return drawn(
        Page(TEXT % snapshot.report_id, {}),
        datetime.fromisoformat(snapshot.issued_at),
        pdf_variant="pdf/a-3a",
        pdf_identifier=snapshot.document_digest()[:32].encode(),
        attachments=attachments(snapshot),
        finisher=finish,
    )
