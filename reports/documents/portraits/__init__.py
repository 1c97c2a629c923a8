"""How single items are drawn, one kind of input a file: as given, and what each method attributes to their parts."""

from auditor.common.store import Store
from auditor.explain.evidence import Evidence
from auditor.explain.spec import Modality
from reports.documents.portraits.base import Panel, Portrait, Scales
from reports.documents.portraits.graph import GraphPortrait
from reports.documents.portraits.image import ImagePortrait
from reports.documents.portraits.table import TablePortrait
from reports.documents.portraits.volume import VolumePortrait

__all__ = ["Panel", "Portrait", "Scales", "portrait"]

_PORTRAITS: dict[Modality, type[Portrait]] = {
    "graph": GraphPortrait,
    "image": ImagePortrait,
    "table": TablePortrait,
    "volume": VolumePortrait,
}


def portrait(evidence: Evidence, store: Store, pixels: int | None = None) -> Portrait:
    """Return what draws the items of this evidence: for the screen, or for paper at `pixels` across a panel."""
    return _PORTRAITS[evidence.model.spec.input.kind](evidence, store, pixels)
