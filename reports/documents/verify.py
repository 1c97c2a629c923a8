"""Verification, pure: are these bytes a PDF, what is their digest, and does a ledger know it?"""

from collections.abc import Callable
from typing import NamedTuple

from auditor.common.digest import sha256


class Recorded(NamedTuple):
    """What a ledger recorded about a digest; `recorded_at` is RFC 3339 text."""

    position: int
    hash: str
    recorded_at: str
    report: str


class Verification(NamedTuple):
    """Two separate answers: what the bytes are, and whether they were recorded."""

    pdf: bool
    sha256: str
    recorded: Recorded | None

    @property
    def holds(self) -> bool:
        """Say whether these are the bytes of a report that was recorded."""
        return self.pdf and self.recorded is not None

    @property
    def sentence(self) -> str:
        """Return the outcome in one sentence for a person."""
        if not self.pdf:
            return f"This is not a PDF (SHA-256 {self.sha256}); hand in the report file as it was downloaded."
        if self.recorded is None:
            return (
                f"This PDF (SHA-256 {self.sha256}) is not in the ledger: it was altered or issued elsewhere; "
                "ask its issuer for the original."
            )
        found = self.recorded
        return (
            f"These are the bytes of report {found.report}, recorded at ledger position {found.position} "
            f"on {found.recorded_at} (SHA-256 {self.sha256})."
        )


def verify(content: bytes, find: Callable[[str], Recorded | None]) -> Verification:
    """Return what can be said about a file; `find` looks a SHA-256 up in the ledger."""
    digest = sha256(content)
    return Verification(pdf=content.startswith(b"%PDF-"), sha256=digest, recorded=find(digest))
