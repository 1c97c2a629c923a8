"""The places that checkpoints are pinned to, by the schemes of their addresses."""

from typing import Protocol
from urllib.parse import unquote, urlsplit

from auditor.common.errors import Refused
from auditor.common.said import say
from reports.ledger.pinning.databases import Database
from reports.ledger.pinning.files import File
from reports.ledger.pinning.mails import Mail


class Place(Protocol):
    """Where checkpoints are kept; `name` is fit to be shown, without passwords."""

    @property
    def name(self) -> str:
        """Return what people know the place as."""
        ...

    def keep(self, note: str) -> None:
        """Add a signed checkpoint; raises RetraceError where the place does not take it."""
        ...

    def kept(self) -> list[str] | None:
        """Return the checkpoints in the order of their coming, or None where it is people who keep them.

        Raises RetraceError where the place cannot be read.
        """
        ...


def place(address: str) -> Place:
    """Return the place of an address; raises Refused for one that is none."""
    parts = urlsplit(address)
    if parts.scheme == "file" and parts.path and not parts.netloc:
        return File(unquote(parts.path))
    if parts.scheme == "mailto" and "@" in parts.path:
        return Mail(unquote(parts.path))
    if parts.scheme in ("postgres", "postgresql") and parts.path.strip("/"):
        return Database(address)
    raise Refused(
        say(
            "RETRACE_PINS names a place of the kind %(scheme)s: it takes file:///path, mailto:address and "
            "postgres://user:password@host/database.",
            scheme=repr(parts.scheme),
        )
    )
