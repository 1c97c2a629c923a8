"""The list of arrays names all that the evidence names, and evidence and statement make the snapshot again."""

import json
import re

import pytest

from auditor.common.digest import sha256
from auditor.common.errors import Refused
from auditor.common.store import Store
from reports.documents.listing import listing
from reports.documents.snapshot import Declaration, Snapshot
from tests.documents import factory, graph_factory


def stored_digests(value: object) -> list[str]:
    """Return what JSON names as arrays, items and masks, found without knowing the evidence's types."""
    if isinstance(value, list):
        return [digest for member in value for digest in stored_digests(member)]
    if not isinstance(value, dict):
        return []
    here = [value[name] for name in ("sha256", "content", "mask") if isinstance(value.get(name), str)]
    return [one for one in here if re.fullmatch("[0-9a-f]{64}", one)] + [
        digest for member in value.values() for digest in stored_digests(member)
    ]


@pytest.mark.parametrize("kind", ["image", "graph"])
def test_every_stored_content_is_listed_as_sha256sum_would(kind, tmp_path):
    store = Store(tmp_path)
    evidence = (
        factory.evidence(store, marker=True)
        if kind == "image"
        else graph_factory.evidence(store, graph_factory.item(store, graph_factory.graph()))
    )
    lines = listing(evidence).splitlines()
    assert all(re.fullmatch(r"[0-9a-f]{64}  /\S+ .+", line) for line in lines)
    listed = [line[:64] for line in lines]
    assert sorted(listed) == sorted(stored_digests(json.loads(evidence.to_bytes())))
    assert all(sha256(store.get(digest)) == digest for digest in listed)


def test_a_name_with_line_breaks_stays_on_its_line(tmp_path):
    store = Store(tmp_path)
    item = graph_factory.item(store, graph_factory.graph())
    renamed = item.model_copy(update={"entry": item.entry.model_copy(update={"id": "a\nb\u2028c é"})})
    before = listing(graph_factory.evidence(store, item)).splitlines()
    assert len(listing(graph_factory.evidence(store, renamed)).splitlines()) == len(before)


def test_evidence_and_statement_make_the_snapshot_again(tmp_path):
    said = Declaration(section="purpose", field="x", text="né\n", by="A", when="2026-11-24T00:00:00Z")
    snapshot = factory.snapshot(
        factory.evidence(Store(tmp_path)), declarations=(said,), supersedes="RT-2026-000000"
    )
    again = Snapshot.together(snapshot.evidence.to_bytes(), snapshot.statement())
    assert again == snapshot
    assert again.document_digest() == snapshot.document_digest()


def test_what_does_not_belong_together_is_refused(tmp_path):
    one = factory.snapshot(factory.evidence(Store(tmp_path)))
    other = factory.snapshot(factory.evidence(Store(tmp_path), marker=True))
    with pytest.raises(Refused, match="does not speak of this evidence"):
        Snapshot.together(other.evidence.to_bytes(), one.statement())
    with pytest.raises(Refused, match="is not JSON"):
        Snapshot.together(one.evidence.to_bytes(), b"{")
    missing = one.statement().replace(b'"language"', b'"tongue"')
    with pytest.raises(Refused, match=r"statement\.json, field language"):
        Snapshot.together(one.evidence.to_bytes(), missing)
