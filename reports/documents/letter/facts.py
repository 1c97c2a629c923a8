"""Everything that a letter says; a letter is a pure function of it and the arrays."""

from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import Field

from auditor.explain.document import Document
from auditor.explain.evidence import Evidence, GalleryEntry
from auditor.explain.spec import Digest
from reports.documents.declared.fields import BY_ID
from reports.documents.snapshot import Declaration

# What a letter cannot be sent without: who answers for the decision, how to reach them, and where to complain.
NEEDED = (
    ("identity", "controller"),
    ("purpose", "automation"),
    ("purpose", "human_role"),
    ("rights", "channels"),
    ("rights", "authority"),
)


class LetterFacts(Document):
    """One decision of the gallery, the evidence about it, and what officers declared.

    `item` is the index of the decision's item in the set, `written_at` RFC 3339. The `salt` enters the digests of the
    letter and of its facts, so that nobody can find out by trying whom an entry of the ledger is about.
    """

    schema_: Literal["retrace-letter/1"] = Field(default="retrace-letter/1", alias="schema")
    number: str
    salt: str
    written_at: str
    language: str
    item: int
    evidence: Evidence
    evidence_digest: Digest
    declarations: tuple[Declaration, ...] = ()

    @property
    def entry(self) -> GalleryEntry:
        """Return what the gallery holds about the decision; raises LookupError where it does not hold it."""
        for entry in self.evidence.gallery.entries:
            if entry.item.index == self.item:
                return entry
        raise LookupError(f"the gallery holds no item {self.item}")

    def declared(self, section: str, field: str) -> str:
        """Return what was declared about a field, or nothing."""
        return _text(self.declarations, section, field)

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the fields that still have to be declared before the letter can be sent."""
        return missing(self.declarations)


def missing(declarations: Sequence[Declaration]) -> tuple[str, ...]:
    """Return the fields that a letter cannot be sent without and that nothing is declared about."""
    return tuple(f"{section}.{field}" for section, field in NEEDED if not _text(declarations, section, field))


def titles(fields: Iterable[str]) -> list[str]:
    """Return what officers know fields by, in the active language."""
    return [str(BY_ID[field].title) for field in fields]


def _text(declarations: Iterable[Declaration], section: str, field: str) -> str:
    for one in declarations:
        if (one.section, one.field) == (section, field):
            return one.text
    return ""
