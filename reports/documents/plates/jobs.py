"""What one part of the plates is drawn from: a share of the gallery, and what else its pages say."""

from collections.abc import Iterator
from itertools import count

from auditor.explain.document import Document
from auditor.explain.evidence import Evidence, Survey
from auditor.explain.shortcuts.documents import Shortcuts
from reports.documents.sheets import IN_CHAPTER, layout
from reports.documents.snapshot import Snapshot

_TOGETHER = 20  # plates in one part


class Job(Document):
    """One part; its evidence holds the items of its plates only, and nothing that plates do not print.

    `plate` and `last` are the numbers of its first and last plate, `plates` how many there are in all parts, `item` the
    place of its first item in the gallery, from 1.
    """

    evidence: Evidence
    evidence_digest: str
    report_id: str
    issued_at: str
    language: str
    preview: bool
    plate: int
    last: int
    plates: int
    item: int


def jobs(snapshot: Snapshot, in_chapter: int = IN_CHAPTER, *, preview: bool = False) -> Iterator[Job]:
    """Yield the parts in their order; none where the sheets `in_chapter` hold the whole gallery."""
    evidence = snapshot.evidence
    each = layout(evidence).items
    before, gallery = in_chapter * each, evidence.gallery
    later = gallery.entries[before:]
    bare = evidence.model_copy(
        update={"regions": (), "survey": Survey(), "shortcuts": Shortcuts(), "shards": (), "incidents": ()}
    )
    plates, share = -(-len(later) // each), _TOGETHER * each
    for part, first in zip(count(), range(0, len(later), share), strict=False):
        shown = gallery.model_copy(update={"entries": later[first : first + share]})
        yield Job(
            evidence=bare.model_copy(update={"gallery": shown}),
            evidence_digest=snapshot.evidence_digest,
            report_id=snapshot.report_id,
            issued_at=snapshot.issued_at,
            language=snapshot.language,
            preview=preview,
            plate=1 + part * _TOGETHER,
            last=min(plates, (1 + part) * _TOGETHER),
            plates=plates,
            item=1 + before + first,
        )
