"""The chest-film scripts, on a folder of a few made-up films in the layout that they read."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from auditor.explain.architectures import build
from auditor.explain.spec import ModelSpec, SetSpec
from examples.chest_xray import train
from examples.chest_xray.films import CLASSES
from examples.chest_xray.prepare import prepare
from examples.model_folder import write_model


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a folder with nine films of each split, some of them masked by one source, one by both."""
    folder = tmp_path / "films"
    for name in ("images", "masks_lungvae", "masks_v7labs"):
        (folder / name).mkdir(parents=True)
    rng = np.random.default_rng(0)
    with (folder / "labels.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "label", "split", "patient", "view", "sex", "age", "source"])
        for index in range(99):
            split = ("train", "val", "test")[index % 3] if index < 27 else "train"
            table.writerow(
                [f"f{index}", CLASSES[index // 3 % 3], split, index, "PA", "F", 40 + index, "made up"]
            )
            save(folder / "images" / f"f{index}.png", rng.integers(0, 255, (32, 32)))
    save(folder / "masks_lungvae" / "f2.png", np.eye(32))
    save(folder / "masks_v7labs" / "f2.png", np.zeros((32, 32)))
    save(folder / "masks_v7labs" / "f5.png", np.full((32, 32), 7))
    return folder


def save(path: Path, pixels: np.ndarray) -> None:
    Image.fromarray(pixels.astype(np.uint8)).save(path)


def test_the_test_split_becomes_a_validation_set(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "set"
    assert prepare(data, out, ("test",)) == 9
    assert prepare(data, tmp_path / "held-out") == 18
    spec = SetSpec.parse((out / "set.json").read_bytes(), name="set.json")
    with (out / "labels.csv").open() as file:
        table = list(csv.DictReader(file))
    assert spec.groups == ("sex", "age", "view", "source")
    assert table[0] == {
        "id": "f2", "label": "normal", "sex": "F", "age": "42", "view": "PA", "source": "made up",
    }  # fmt: skip
    assert sorted(path.stem for path in (out / "masks").iterdir()) == ["f2", "f5"]
    with Image.open(out / "masks" / "f2.png") as mask:
        assert np.array_equal(np.asarray(mask), 255 * np.eye(32))
    with Image.open(out / "images" / "f2.png") as copy, Image.open(data / "images" / "f2.png") as film:
        assert np.array_equal(np.asarray(copy), np.asarray(film))


def test_training_repeats_itself_and_writes_a_model_folder(data: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(train, "SIZE", 32)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    first, second = (train.train(data, epochs=2, seed=3) for _ in range(2))
    torch.set_num_threads(threads)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))
    write_model(tmp_path / "model", train.card(), first)
    spec = ModelSpec.parse((tmp_path / "model" / "model.json").read_bytes(), name="model.json")
    network = build(spec.architecture, spec.config)
    network.load_state_dict(load_file(tmp_path / "model" / spec.weights), strict=True)
    assert spec.gradcam_layer in dict(network.named_modules())
    assert json.loads((tmp_path / "model" / "model.json").read_text())["output"]["classes"] == list(CLASSES)
