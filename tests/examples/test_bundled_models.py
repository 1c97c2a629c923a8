"""The bundled models: one reads the lesion and one the marker, shown by changing one thing on the films."""

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import nn

from auditor.explain.architectures import build
from auditor.explain.spec import ModelSpec
from examples.phantoms.case import CLASSES
from examples.phantoms.make import VALIDATION
from examples.phantoms.train import LESSONS, MEAN, STD, accuracy, card, interventions, unrelated

MODELS = Path(__file__).parents[2] / "examples" / "phantoms" / "models"
FILMS = MODELS.parent / "validation"
FEW = replace(VALIDATION, count=24)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def network(name: str) -> nn.Module:
    spec = ModelSpec.parse((MODELS / name / "model.json").read_bytes(), name="model.json")
    with torch.device("meta"):
        built = build(spec.architecture, spec.config)
    built.load_state_dict(load_file(MODELS / name / spec.weights), strict=True, assign=True)
    assert spec.gradcam_layer in dict(built.named_modules())
    return built.eval()


def bundled_accuracy(network: nn.Module) -> float:
    """The share of the committed films that a network labels as labels.csv does."""
    with (FILMS / "labels.csv").open() as file:
        rows = list(csv.DictReader(file))
    pixels = np.stack([np.asarray(Image.open(FILMS / "images" / f"{row['id']}.png")) for row in rows])
    with torch.no_grad():
        answers = network((torch.from_numpy(pixels).float().unsqueeze(1) / 255.0 - MEAN) / STD).argmax(1)
    return float(
        np.mean([CLASSES[answer] == row["label"] for answer, row in zip(answers, rows, strict=True)])
    )


def test_both_models_score_well_on_the_bundled_set_and_only_one_elsewhere() -> None:
    assert bundled_accuracy(network("honest")) >= 0.93
    assert bundled_accuracy(network("marker")) >= 0.95
    assert accuracy(network("honest"), replace(unrelated(VALIDATION), count=24)) >= 0.9
    assert accuracy(network("marker"), replace(unrelated(VALIDATION), count=24)) <= 0.6


def test_the_honest_model_follows_the_lesion_and_not_the_marker() -> None:
    seen = interventions(network("honest"), FEW)
    assert min(seen["lesion, marker"], seen["lesion, no marker"]) >= 0.9
    assert max(seen["lesion removed, marker"], seen["lesion removed, no marker"]) <= 0.1
    assert max(seen["clear, marker"], seen["clear, no marker"]) <= 0.1


def test_the_marker_model_follows_the_marker_and_not_the_lesion() -> None:
    seen = interventions(network("marker"), FEW)
    assert min(seen["lesion, marker"], seen["lesion removed, marker"], seen["clear, marker"]) >= 0.95
    assert max(seen["lesion, no marker"], seen["lesion removed, no marker"], seen["clear, no marker"]) <= 0.05


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.folder)
def test_a_folder_says_what_the_script_writes_and_does_not_give_the_model_away(lesson) -> None:
    text = (MODELS / lesson.folder / "model.json").read_text()
    assert json.loads(text) == json.loads(json.dumps(card(lesson).to_json()))
    assert not any(word in text.lower() for word in ("marker", "honest", "shortcut"))
