"""Writing a model folder: weights as safetensors beside the model.json that says what they are."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue
from safetensors.torch import save_file
from torch import nn

Json = Mapping[str, JsonValue]


@dataclass(frozen=True)
class Card:
    """What model.json says; `input` is what the model takes, as `auditor.explain.spec` describes it."""

    name: str
    version: str
    description: str
    architecture: str
    config: Json
    input: Json
    classes: Sequence[str]
    gradcam_layer: str | None = None

    def to_json(self) -> dict[str, JsonValue]:
        """Return the document of a model that answers with a softmax."""
        return {
            "schema": "retrace-model/1",
            "name": self.name,
            "version": self.version,
            "description": self.description,
            "architecture": self.architecture,
            "config": dict(self.config),
            "weights": "weights.safetensors",
            "input": dict(self.input),
            "output": {"classes": list(self.classes), "activation": "softmax"},
            "gradcam_layer": self.gradcam_layer,
        }


def grey_image(size: int, mean: float, std: float) -> dict[str, JsonValue]:
    """Return the input of a model for square grey images; `mean` and `std` apply to grey levels between 0 and 1."""
    return {"channels": 1, "height": size, "width": size, "mean": [mean], "std": [std]}


def write_model(folder: Path, card: Card, network: nn.Module) -> None:
    """Write model.json and weights.safetensors into a folder, which is made where missing."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {key: value.detach().contiguous().cpu() for key, value in network.state_dict().items()}
    save_file(weights, folder / "weights.safetensors")
    (folder / "model.json").write_text(json.dumps(card.to_json(), indent=2) + "\n")
