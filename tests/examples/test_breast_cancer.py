"""The table example: its columns are said in words, its folders are accepted, its network is better than chance."""

import numpy as np
import torch

from auditor.common.store import Store
from auditor.explain.items import ValidationSet
from auditor.explain.model import load
from auditor.explain.spec import Manifest, ModelSpec
from auditor.registry.intake.sets import accept_set
from auditor.registry.intake.weights import accept_model
from examples.breast_cancer.__main__ import card, train, write_rows
from examples.breast_cancer.data import CLASSES, GROUP, group_of, split, title
from examples.model_folder import write_model


def test_columns_are_said_in_words():
    assert title("mean radius") == "Radius, mean"
    assert title("concave points error") == "Concave points, standard error"
    assert title("worst fractal dimension") == "Fractal dimension, mean of the three largest"
    assert [group_of(radius) for radius in (9, 13, 20)] == ["small", "medium", "large"]


def test_the_folders_are_accepted_and_the_network_reads_the_rows(tmp_path):
    torch.set_num_threads(1)
    learn, check = split()
    network = train(learn, epochs=10)
    write_model(tmp_path / "model", card(learn), network)
    assert write_rows(tmp_path / "set", check) == 228
    store = Store(tmp_path / "store")
    accepted = accept_model(tmp_path / "model", store)
    assert accepted.tier == "gradients"
    rows = accept_set(tmp_path / "set", "set.zip", b"salt", store)
    assert rows.labels == {"benign": 143, "malignant": 85}
    assert set(rows.groups[GROUP]) == {"small", "medium", "large"}
    spec = ModelSpec.parse((tmp_path / "model" / "model.json").read_bytes(), name="model.json")
    items = ValidationSet(Manifest.parse(store.get(rows.manifest_digest), name="manifest"), store, spec)
    given = torch.stack([items.given(index) for index in range(len(items))])
    assert np.allclose(given.numpy(), check.values, rtol=1e-6)
    model = load(spec, tmp_path / "model" / "weights.safetensors")
    decided = model.probabilities(given).argmax(dim=1).numpy()
    assert (decided == check.labels).mean() > 0.85
    assert spec.output.classes == CLASSES
