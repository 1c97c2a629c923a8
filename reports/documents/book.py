"""What sections work with: the evidence, the store, and the assets that the document will ask for."""

import hashlib
from dataclasses import dataclass, field

from auditor.common.store import Store
from auditor.explain.evidence import Evidence
from reports.documents.snapshot import Snapshot

SCHEME = "retrace"


@dataclass(frozen=True)
class Asset:
    """The bytes of a picture or a font, and their media type."""

    content: bytes
    kind: str


@dataclass
class Book:
    """Pages about evidence in the making; `assets` fills up while sections are written.

    Attributes
    ----------
    place : what the addresses of assets begin with, before their digest
    """

    evidence: Evidence
    store: Store
    place: str = f"{SCHEME}:"
    assets: dict[str, Asset] = field(default_factory=dict)

    def asset(self, content: bytes, kind: str) -> str:
        """Keep bytes for the document and return the address under which it may ask for them."""
        return self.keep(Asset(content, kind))

    def keep(self, asset: Asset) -> str:
        """Keep an asset for the document and return the address under which it may ask for it."""
        url = f"{self.place}{hashlib.sha256(asset.content).hexdigest()}"
        self.assets[url] = asset
        return url


@dataclass(kw_only=True)
class ReportBook(Book):
    """A report in the making, with everything that is said beside the evidence."""

    snapshot: Snapshot
