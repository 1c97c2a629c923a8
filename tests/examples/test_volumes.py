"""The example on volumes draws the same chests for a seed and writes folders that intake accepts."""

import numpy as np
import torch

from auditor.common.store import Store
from auditor.explain.spec import ModelSpec
from auditor.registry.intake.sets import accept_set
from auditor.registry.intake.weights import accept_model
from examples.model_folder import write_model
from examples.set_folder import write_set
from examples.volumes.__main__ import card, train
from examples.volumes.data import GROUPS, cases, items


def test_what_the_example_writes_is_accepted(tmp_path):
    torch.set_num_threads(1)
    made = list(cases(6, seed=2))
    write_set(
        tmp_path / "set", name="chests", description="", groups=GROUPS, items=items(6, seed=2), kind="volume"
    )
    found = accept_set(tmp_path / "set", "set", b"salt" * 8, Store(tmp_path / "store"))
    assert (found.items, found.masks, found.modality) == (6, 6, "volume")
    assert set(found.labels) == set(ModelSpec.model_validate(card().to_json()).output.classes)
    write_model(tmp_path / "model", card(), train(made, epochs=1))
    assert accept_model(tmp_path / "model", Store(tmp_path / "store")).tier == "layers"


def test_the_same_seed_gives_the_same_chests():
    first, second, other = (next(cases(2, seed=seed)).case.voxels for seed in (3, 3, 4))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)
