"""A rendered document becomes an issued one: recorded in the ledger, signed with the log's proof, and kept."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Self

from auditor.common.clock import Clock
from auditor.common.digest import sha256_file
from auditor.common.errors import RetraceError
from auditor.common.said import say
from auditor.common.store import Store
from reports.documents.signing.authority import Authority
from reports.documents.signing.block import Block, Signable
from reports.documents.signing.sign import Order, sign_file
from reports.keys.signing import SigningKey, signing_key
from reports.ledger.models import Entry
from reports.ledger.services import ledger_proof


class Sealed(NamedTuple):
    """A signed document in the store; `document_digest` is that of its bytes before they were signed."""

    document_digest: str
    pdf_digest: str
    pdf_bytes: int
    entry_id: int


class Seal(NamedTuple):
    """What documents of this installation are signed with, and where they are kept."""

    key: SigningKey
    authority: Authority | None
    store: Store

    @classmethod
    def of(cls, store: Store) -> Self:
        """Return the seal of this installation; raises RetraceError where keys cannot be used."""
        return cls(signing_key(), Authority.configured(), store)

    def on(
        self, render: Callable[[Path], object], signable: Signable, record: Callable[[str], Entry], now: Clock
    ) -> Sealed:
        """Record a PDF in the ledger, sign it together with the ledger's proof, and keep it.

        `render` writes it into the file that it is given. `record` takes the digest of what was rendered and returns
        its entry. Raises RetraceError where a time-stamp authority does not answer.
        """
        with tempfile.TemporaryDirectory(prefix="retrace-seal-") as scratch:
            source, target = Path(scratch) / "rendered.pdf", Path(scratch) / "signed.pdf"
            render(source)
            entry, moment = record(sha256_file(source)), now()
            block = Block.of(signable, self.key, entry.position, moment)
            sign_file(source, target, Order(ledger_proof(entry), block, self.key, moment, self.authority))
            return Sealed(entry.subject, self.store.put_file(target), target.stat().st_size, entry.position)


@contextmanager
def room() -> Iterator[None]:
    """Say what is wrong with the disk where something cannot be written; nothing half-written is kept."""
    try:
        yield
    except OSError as error:
        raise RetraceError(
            say(
                "The document could not be kept (%(why)s); see to the disk and ask for it again.",
                why=error.strerror or type(error).__name__,
            )
        ) from error
