"""Volumes whose class lies in one corner, a network that reads it, and the evidence of a run."""

import numpy as np
import torch
from torch import Tensor, nn

from auditor.common.store import Store
from auditor.explain.assembly import assemble, set_facts, software
from auditor.explain.evidence import Evidence, ModelFacts
from auditor.explain.formats.volume import Volume, encode_volume
from auditor.explain.items import ValidationSet
from auditor.explain.model import AuditedModel
from auditor.explain.plan import MethodPlan
from auditor.explain.runner import explain_shard
from auditor.explain.shortcuts.analysis import shortcuts
from auditor.explain.spec import Deidentification, ItemEntry, Manifest, VolumeInput
from auditor.explain.survey import survey
from tests.explain import toys

SHAPE = (8, 12, 16)
INPUT = VolumeInput(kind="volume", depth=8, height=12, width=16, low=0, high=100)
CORNER = (slice(0, 2), slice(0, 3), slice(0, 4))  # the first cell of a grid of 4
PLAN = toys.plan(
    methods=(
        MethodPlan(name="occlusion", parameters={"window": 4, "stride": 4}),
        MethodPlan(name="integrated_gradients", parameters={"steps": 8}),
    ),
    shard_size=24,
)
ACCOUNT = Deidentification(profile="p", files=24, removed={}, replaced={}, burned_in=3)


class Corner(nn.Module):
    """Says finding where the lowest right front corner is bright."""

    def forward(self, volumes: Tensor) -> Tensor:
        score = 20 * (volumes[:, :, *CORNER].mean(dim=(1, 2, 3, 4)) - 0.5)
        return torch.stack((-score, score), dim=1)


def made(root, count=24):
    """Volumes whose corner is bright where the label is finding; the mask is the rest's middle."""
    store, rng = Store(root), np.random.default_rng(0)
    region = np.zeros(SHAPE, dtype=np.float32)
    region[3:6, 4:9, 5:12] = 1
    entries = []
    for index in range(count):
        voxels = rng.uniform(0, 40, SHAPE).astype(np.float32)
        voxels[CORNER] += 60 * (index % 2)
        content, mask = (store.put(encode_volume(Volume(one, (2.0, 1.0, 1.0)))) for one in (voxels, region))
        label = toys.CLASSES[index % 2]
        entries.append(ItemEntry(id=f"v{index}", label=label, groups={}, content=content, mask=mask))
    manifest = Manifest(kind="volume", items=tuple(entries), deidentification=ACCOUNT)
    model = AuditedModel(Corner(), toys.spec(input=INPUT))
    return model, ValidationSet(manifest, store, model.spec), store, manifest


def assembled(root) -> tuple[Evidence, Store]:
    """Return the evidence of a whole run and the store that holds its arrays."""
    model, items, store, manifest = made(root)
    result = explain_shard(model, items, PLAN, 0, store.put)
    facts = ModelFacts(
        digest="1" * 64, weights="2" * 64, spec=model.spec, parameters=0, layer=None, tier=model.tier
    )
    shards = [("4" * 64, result)]
    counted = set_facts(manifest, "3" * 64, "volumes", "")

    def ask(records, entries):
        return survey(model, items, records, entries, PLAN, store.put)

    def look(records, regions):
        return shortcuts(model.spec, items, records, regions, PLAN, store.put)

    return assemble(facts, counted, PLAN, software("cpu"), shards, ask, look), store
