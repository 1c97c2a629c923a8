"""What sections work with: the snapshot, the store, and the assets that the document will ask for."""

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
    """A report in the making; `assets` fills up while sections are written."""

    snapshot: Snapshot
    store: Store
    assets: dict[str, Asset] = field(default_factory=dict)

    @property
    def evidence(self) -> Evidence:
        """The evidence that the report is about."""
        return self.snapshot.evidence

    def asset(self, content: bytes, kind: str) -> str:
        """Keep bytes for the document and return the address under which it may ask for them."""
        return self.keep(Asset(content, kind))

    def keep(self, asset: Asset) -> str:
        """Keep an asset for the document and return the address under which it may ask for it."""
        url = f"{SCHEME}:{hashlib.sha256(asset.content).hexdigest()}"
        self.assets[url] = asset
        return url
