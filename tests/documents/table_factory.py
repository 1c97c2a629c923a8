"""Evidence about a model that reads the rows of a table, its arrays in a store."""

import json

import numpy as np

from auditor.common.store import Store
from auditor.explain import evidence as e
from auditor.explain.plans import plan_of
from auditor.explain.robustness.documents import Robustness
from auditor.explain.spec import ItemEntry
from tests.documents import factory

COLUMNS = ("age", "income", "debts")


def item(store: Store, **named: str) -> e.ItemRecord:
    """A row that was refused, and what one method attributes to its columns."""
    values = np.array([0.25, -0.5, 0.125], np.float32)
    array = e.ArrayRef(sha256=store.put(factory.npy(values)), shape=(3,), dtype="float32")
    row = {name: str(40 + place) for place, name in enumerate(COLUMNS)}
    fields = {"id": "row-0", "label": "lesion", "groups": {}, "mask": None} | named
    return e.ItemRecord(
        index=0,
        entry=ItemEntry(**fields, content=store.put(json.dumps(row).encode())),
        scores=(0.25, 0.75),
        predicted="lesion",
        target="lesion",
        maps={"grad_cam": e.MapRecord(array=array)},
        effects=None,
        features={},
    )


def evidence(store: Store, *items: e.ItemRecord, titles: tuple[str, ...] = COLUMNS) -> e.Evidence:
    """Return evidence about a table whose gallery holds some rows."""
    honest = factory.evidence(store)
    columns = [
        {"name": name, "kind": "number", "title": title, "mean": 40.0, "std": 10.0}
        for name, title in zip(COLUMNS, titles, strict=True)
    ]
    spec = type(honest.model.spec).model_validate(
        honest.model.spec.model_dump(by_alias=True) | {"input": {"kind": "table", "columns": columns}}
    )
    parts = tuple(factory.region(name, "column", 0.2, 0.1, 0.3) for name in COLUMNS)
    return honest.model_copy(
        update={
            "model": honest.model.model_copy(update={"spec": spec, "layer": None}),
            "plan": plan_of("quick", "table"),
            "regions": parts,
            "robustness": Robustness(),
            "gallery": honest.gallery.model_copy(
                update={"entries": tuple(e.GalleryEntry(rule="typical", item=one) for one in items)}
            ),
        }
    )
