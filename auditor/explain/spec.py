"""What a person hands in beside the bytes: model.json, set.json and the manifest that intake makes of a set."""

from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, model_validator

from auditor.common.canonical import canonical
from auditor.explain.document import Document

Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Positive = Annotated[float, Field(gt=0)]
Modality = Literal["image", "volume", "table", "graph"]


class ImageInput(Document):
    """How an image becomes the model's input: scaled to [0, 1], resized, then (x - mean) / std per channel."""

    kind: Literal["image"] = "image"
    channels: int = Field(ge=1, le=64)
    height: int = Field(ge=8, le=4096)
    width: int = Field(ge=8, le=4096)
    mean: tuple[float, ...]
    std: tuple[Positive, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one input: (channels, height, width)."""
        return self.channels, self.height, self.width

    @model_validator(mode="after")
    def _one_statistic_a_channel(self) -> Self:
        _check_statistics(self.mean, self.std, self.channels)
        return self


def _check_statistics(mean: tuple[float, ...], std: tuple[float, ...], channels: int) -> None:
    if not len(mean) == len(std) == channels:
        raise ValueError(f"mean and std need one number for each of the {channels} channels")


class OutputSpec(Document):
    """What the model's output means: logits for a softmax or a sigmoid, or probabilities already ("none")."""

    classes: tuple[Name, ...] = Field(min_length=2, max_length=1000)
    activation: Literal["softmax", "sigmoid", "none"] = "softmax"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(set(self.classes)) != len(self.classes):
            raise ValueError("a class is named twice")
        if self.activation == "sigmoid" and len(self.classes) != 2:
            raise ValueError("a sigmoid output has one logit and so exactly two classes")
        return self


class ModelSpec(Document):
    """model.json: what the weights are, and how to read their answers."""

    schema_: Literal["retrace-model/1"] = Field(alias="schema")
    name: Name
    version: Name
    description: str = ""
    format: Literal["safetensors", "onnx"] = "safetensors"
    architecture: str = ""
    config: dict[str, JsonValue] = {}
    weights: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")] = "weights.safetensors"
    input: ImageInput
    output: OutputSpec
    gradcam_layer: str | None = None

    @property
    def network(self) -> str:
        """What the network is called: its architecture, or the format that brings it along."""
        return self.architecture or self.format.upper()

    @model_validator(mode="after")
    def _one_source_of_the_network(self) -> Self:
        if self.format == "safetensors" and not self.architecture:
            raise ValueError("safetensors weights need the name of their architecture")
        if self.format != "safetensors" and (self.architecture or self.config or self.gradcam_layer):
            raise ValueError(
                f"{self.format} brings its own network: leave architecture, config and gradcam_layer out"
            )
        return self


class SetSpec(Document):
    """set.json: the name of a validation set and which columns of labels.csv are groups."""

    schema_: Literal["retrace-set/1"] = Field(alias="schema")
    name: Name
    description: str = ""
    groups: tuple[str, ...] | None = None


class ItemEntry(Document):
    """One line of the manifest: an item's id, its label, its groups and the digests of its files."""

    id: Name
    label: Name
    groups: dict[str, str]
    image: Digest
    mask: Digest | None


class Manifest(Document):
    """A validation set as intake accepted it; its digest is the Merkle root over the items."""

    items: tuple[ItemEntry, ...] = Field(min_length=1)

    def lines(self) -> list[bytes]:
        """Return each item as canonical JSON, the leaves of the Merkle tree."""
        return [canonical(item.model_dump(mode="json")) for item in self.items]
