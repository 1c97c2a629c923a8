"""Evidence about a model that reads graphs, its arrays in a store; drawn in a process of its own by `python -m`."""

import os
import sys
from pathlib import Path

import numpy as np

from auditor.common.digest import sha256
from auditor.common.store import Store
from auditor.explain import evidence as e
from auditor.explain.graphs import Graph, marks_of
from auditor.explain.plans import plan_of
from auditor.explain.robustness.documents import Robustness
from auditor.explain.spec import ItemEntry
from tests.documents import factory

KINDS = ("C", "N", "O")
HOUSE = ((0, 1), (1, 2), (2, 3), (0, 3), (0, 4), (1, 4), (4, 5), (5, 6), (5, 7), (7, 8))
MAPS = np.array([0.5, -1.0, 0.25, 0.0, 0.75, -0.125, 0.5, 0.0, 0.125], np.float32)


def graph(**more: object) -> Graph:
    """A house with a tail, its nodes of three kinds."""
    kinds = np.eye(3)[[0, 1, 2, 0, 1, 2, 0, 1, 2]]
    fields = {
        "features": KINDS,
        "nodes": tuple(map(tuple, kinds.tolist())),
        "edges": tuple((a, b, 1.0) for a, b in HOUSE),
        "relevant_nodes": (0, 1, 2, 3, 4),
    }
    return Graph(**(fields | more))


def item(store: Store, one: Graph, values: np.ndarray = MAPS, index: int = 0) -> e.ItemRecord:
    marks, edges = marks_of(one), np.zeros((len(values), len(values)), np.float32)
    for first, second, _ in one.edges:
        edges[second, first] = 0.2 + 0.05 * first
    array, between = (
        e.ArrayRef(sha256=store.put(factory.npy(found)), shape=found.shape, dtype="float32")
        for found in (values, edges)
    )
    entry = ItemEntry(
        id=f"graph-{index}",
        label="lesion",
        groups={},
        content=store.put(one.to_bytes()),
        mask=None if marks is None else store.put(marks.to_bytes()),
    )
    return e.ItemRecord(
        index=index,
        entry=entry,
        scores=(0.2, 0.8),
        predicted="lesion",
        target="lesion",
        maps={
            "occlusion": e.MapRecord(array=array),
            "integrated_gradients": e.MapRecord(array=array, completeness=0.01, edges=between),
        },
        effects=None,
        features={},
    )


def evidence(store: Store, *items: e.ItemRecord) -> e.Evidence:
    """Return evidence about graphs whose gallery holds some items."""
    honest = factory.evidence(store)
    features = [{"name": name, "title": f"Atom {name}"} for name in KINDS]
    given = {"kind": "graph", "nodes": 200, "features": features}
    document = honest.model.spec.model_dump(by_alias=True) | {"input": given}
    spec = type(honest.model.spec).model_validate(document)
    parts = tuple(factory.region(name, "feature", 0.2, 0.1, 0.3) for name in (*KINDS, "edges"))
    entries = tuple(e.GalleryEntry(rule="typical", item=one) for one in items)
    return honest.model_copy(
        update={
            "model": honest.model.model_copy(update={"spec": spec, "layer": None}),
            "plan": plan_of("quick", "graph"),
            "validation_set": honest.validation_set.model_copy(update={"name": "Houses", "description": ""}),
            "regions": (*list(factory.regions(marker=True))[:2], *parts),
            "robustness": Robustness(),
            "gallery": honest.gallery.model_copy(update={"entries": entries}),
        }
    )


def main(root: str) -> None:
    import django

    django.setup()
    from reports.documents.portraits import portrait

    store = Store(Path(root))
    one = item(store, graph(focus=5, directed=True))
    drawn = portrait(evidence(store, one), store)
    digests = [sha256(drawn.draw(one, panel.key, drawn.scales([one])).content) for panel in drawn.panels(one)]
    sys.stdout.write(" ".join(digests))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "auditor.settings")
    main(*sys.argv[1:])
