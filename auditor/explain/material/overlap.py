"""Items of a set that a model was trained on, by the digests that were declared for it."""

from auditor.common.store import Store
from auditor.explain.material.documents import Overlap
from auditor.explain.spec import Manifest

_MOST_LISTED = 20


def overlap(manifest: Manifest, digest: str | None, store: Store) -> Overlap:
    """Return which items are on the stored list with this digest, by their content or by their pixels."""
    if digest is None:
        return Overlap()
    listed = frozenset(store.get(digest).decode().split())
    seen = [item.id for item in manifest.items if not listed.isdisjoint({item.content, item.pixels})]
    return Overlap(
        digest=digest, listed=len(listed), seen=len(seen), items=tuple(sorted(seen)[:_MOST_LISTED])
    )
