"""Writing a model folder: weights as safetensors beside the model.json that says what they are."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue
from safetensors.torch import save_file
from torch import nn


@dataclass(frozen=True)
class Card:
    """What model.json says; ``mean`` and ``std`` apply to grey levels between 0 and 1."""

    name: str
    version: str
    description: str
    architecture: str
    config: Mapping[str, JsonValue]
    size: int
    mean: float
    std: float
    classes: Sequence[str]
    gradcam_layer: str

    def to_json(self) -> dict[str, JsonValue]:
        """Return the document of a model for square grey images."""
        image: dict[str, JsonValue] = {"channels": 1, "height": self.size, "width": self.size}
        return {
            "schema": "retrace-model/1",
            "name": self.name,
            "version": self.version,
            "description": self.description,
            "architecture": self.architecture,
            "config": dict(self.config),
            "weights": "weights.safetensors",
            "input": {**image, "mean": [self.mean], "std": [self.std]},
            "output": {"classes": list(self.classes), "activation": "softmax"},
            "gradcam_layer": self.gradcam_layer,
        }


def write_model(folder: Path, card: Card, network: nn.Module) -> None:
    """Write model.json and weights.safetensors into a folder, which is made where missing."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {key: value.detach().contiguous().cpu() for key, value in network.state_dict().items()}
    save_file(weights, folder / "weights.safetensors")
    (folder / "model.json").write_text(json.dumps(card.to_json(), indent=2) + "\n")
