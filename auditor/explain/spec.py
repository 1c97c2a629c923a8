"""What a person hands in beside the bytes: model.json, set.json and the manifest that intake makes of a set."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    Discriminator,
    Field,
    JsonValue,
    SerializerFunctionWrapHandler,
    Tag,
    model_serializer,
    model_validator,
)

from auditor.common.canonical import canonical
from auditor.common.said import say
from auditor.explain.document import Document, Text

Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Positive = Annotated[float, Field(gt=0)]
Modality = Literal["image", "volume", "table", "graph"]
KINDS: tuple[Modality, ...] = ("image", "volume", "table", "graph")


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
        raise ValueError(
            say("mean and std need one number for each of the %(channels)s channels", channels=channels)
        )


class VolumeInput(Document):
    """How a volume becomes the model's input: windowed to [0, 1], resized, then (x - mean) / std per channel.

    Axes are depth (from the feet up), height (from the front back) and width (from the person's right to the left),
    whatever the file's own order was. `low` and `high` are the values that become 0 and 1, in the file's unit (such
    as Hounsfield units); where None, they are each volume's own 0.5th and 99.5th percentile.
    """

    kind: Literal["volume"]
    channels: Literal[1] = 1
    depth: int = Field(ge=4, le=1024)
    height: int = Field(ge=4, le=1024)
    width: int = Field(ge=4, le=1024)
    low: float | None = None
    high: float | None = None
    mean: tuple[float, ...] = (0.0,)
    std: tuple[Positive, ...] = (1.0,)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one input: (channels, depth, height, width)."""
        return self.channels, self.depth, self.height, self.width

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _check_statistics(self.mean, self.std, self.channels)
        if (self.low is None) != (self.high is None) or (
            self.low is not None and self.high is not None and self.low >= self.high
        ):
            raise ValueError(say("low and high are given together, low below high"))
        return self


class Named(Document):
    """What has a name by which it is found, and perhaps a title in words."""

    name: Name
    title: str = ""

    @property
    def label(self) -> str:
        """What a person reads: the title, or without one the name."""
        return self.title or self.name


class NumberColumn(Named):
    """A column of numbers; `reference` stands for "nothing known" and defaults to the mean.

    A missing number becomes the reference, or NaN for a model that reads missing values itself. `fixed` says that
    no one can change it (an age), so that counterfactuals leave it alone.
    """

    kind: Literal["number"] = "number"
    unit: str = ""
    mean: float = 0.0
    std: Positive = 1.0
    reference: float | None = None
    missing: Literal["reference", "nan", "refused"] = "reference"
    fixed: bool = False

    @property
    def width(self) -> int:
        """How many numbers of the input it takes."""
        return 1

    @property
    def encoded_reference(self) -> tuple[float, ...]:
        """The reference as numbers of the input."""
        return (self.mean if self.reference is None else self.reference,)


class CategoryColumn(Named):
    """A column of categories, as one number a category or as the category's number."""

    kind: Literal["category"]
    values: tuple[str, ...] = Field(min_length=2, max_length=1000)
    encoding: Literal["one_hot", "code"] = "one_hot"
    reference: str | None = None
    fixed: bool = False

    @property
    def width(self) -> int:
        """How many numbers of the input it takes."""
        return len(self.values) if self.encoding == "one_hot" else 1

    @property
    def encoded_reference(self) -> tuple[float, ...]:
        """The reference as numbers of the input; without one, no category in one-hot and the first as a code."""
        if self.encoding == "code":
            return (float(self.values.index(self.reference)) if self.reference else 0.0,)
        return tuple(float(value == self.reference) for value in self.values)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(set(self.values)) != len(self.values):
            raise ValueError(say("the column %(column)s names a category twice", column=repr(self.name)))
        if self.reference is not None and self.reference not in self.values:
            raise ValueError(
                say(
                    "the reference %(reference)s of %(column)s is none of its categories",
                    reference=repr(self.reference),
                    column=repr(self.name),
                )
            )
        return self


Column = Annotated[
    Annotated[NumberColumn, Tag("number")] | Annotated[CategoryColumn, Tag("category")],
    Discriminator(lambda value: _kind(value, "number")),
]


class TableInput(Document):
    """How a row becomes the model's input: its columns in this order, each as one or several numbers."""

    kind: Literal["table"]
    columns: tuple[Column, ...] = Field(min_length=1, max_length=2000)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one input: (numbers,)."""
        return (sum(column.width for column in self.columns),)

    @property
    def owners(self) -> tuple[int, ...]:
        """For each number of the input, the column that it belongs to."""
        return tuple(index for index, column in enumerate(self.columns) for _ in range(column.width))

    @property
    def reads_nan(self) -> tuple[bool, ...]:
        """For each number of the input, whether the model itself reads NaN there, as a missing value."""
        return tuple(
            isinstance(column, NumberColumn) and column.missing == "nan"
            for column in self.columns
            for _ in range(column.width)
        )

    @property
    def reference(self) -> tuple[float, ...]:
        """The row that stands for "nothing known", as numbers of the input."""
        return tuple(number for column in self.columns for number in column.encoded_reference)

    @property
    def mean(self) -> tuple[float, ...]:
        """For each number of the input, what is subtracted from it."""
        return tuple(
            column.mean if isinstance(column, NumberColumn) else 0.0
            for column in self.columns
            for _ in range(column.width)
        )

    @property
    def std(self) -> tuple[float, ...]:
        """For each number of the input, what it is divided by."""
        return tuple(
            column.std if isinstance(column, NumberColumn) else 1.0
            for column in self.columns
            for _ in range(column.width)
        )

    @model_validator(mode="after")
    def _names_once(self) -> Self:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise ValueError(say("a column is named twice"))
        return self


class NodeFeature(Named):
    """A number that every node of a graph carries."""

    mean: float = 0.0
    std: Positive = 1.0


class GraphInput(Document):
    """How a graph becomes the model's input: a line a node, padded with zeros to the most `nodes` that there may be.

    A line is 1 where the node exists, 1 where it is the focus of the question, the node's features, and its line of
    the adjacency matrix: the weights of the edges that it receives, by sender. `about` says whether the model
    answers about the whole graph, which then has no focus, or about one node of it.
    """

    kind: Literal["graph"]
    nodes: int = Field(ge=2, le=2000)
    features: tuple[NodeFeature, ...] = Field(min_length=1, max_length=1000)
    about: Literal["graph", "node"] = "graph"

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one input: (nodes, 2 + features + nodes)."""
        return self.nodes, 2 + len(self.features) + self.nodes

    @property
    def columns(self) -> slice:
        """Where the features are in a node's line."""
        return slice(2, 2 + len(self.features))

    @property
    def mean(self) -> tuple[float, ...]:
        """For each feature, what is subtracted from it."""
        return tuple(feature.mean for feature in self.features)

    @property
    def std(self) -> tuple[float, ...]:
        """For each feature, what it is divided by."""
        return tuple(feature.std for feature in self.features)

    @model_validator(mode="after")
    def _names_once(self) -> Self:
        names = [feature.name for feature in self.features]
        if len(set(names)) != len(names):
            raise ValueError(say("a feature is named twice"))
        return self


InputSpec = Annotated[
    Annotated[ImageInput, Tag("image")]
    | Annotated[VolumeInput, Tag("volume")]
    | Annotated[TableInput, Tag("table")]
    | Annotated[GraphInput, Tag("graph")],
    Discriminator(lambda value: _kind(value, "image")),
]


def _kind(value: Any, default: str) -> str | None:
    kind = value.get("kind", default) if isinstance(value, dict) else getattr(value, "kind", None)
    return kind if isinstance(kind, str) else None


class OutputSpec(Document):
    """What the model's output means: logits for a softmax or a sigmoid, or probabilities already ("none")."""

    classes: tuple[Name, ...] = Field(min_length=2, max_length=1000)
    activation: Literal["softmax", "sigmoid", "none"] = "softmax"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(set(self.classes)) != len(self.classes):
            raise ValueError(say("a class is named twice"))
        if self.activation == "sigmoid" and len(self.classes) != 2:
            raise ValueError(say("a sigmoid output has one logit and so exactly two classes"))
        return self


class ModelSpec(Document):
    """model.json: what the weights are, and how to read their answers.

    `training` names a file in the folder with the digests of what the model was trained on.
    """

    schema_: Literal["retrace-model/1"] = Field(alias="schema")
    name: Name
    version: Name
    description: str = ""
    format: Literal["safetensors", "onnx", "skops"] = "safetensors"
    architecture: str = ""
    config: dict[str, JsonValue] = {}
    weights: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")] = "weights.safetensors"
    input: InputSpec
    output: OutputSpec
    gradcam_layer: str | None = None
    training: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")] | None = None

    @model_serializer(mode="wrap")
    def _serialized(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave `training` out where there is none, so that descriptions without it keep their digest."""
        fields: dict[str, Any] = handler(self)
        return {name: value for name, value in fields.items() if name != "training" or value is not None}

    @property
    def network(self) -> str:
        """What the network is called: its architecture, or the format that brings it along."""
        return self.architecture or self.format.upper()

    @model_validator(mode="after")
    def _one_source_of_the_network(self) -> Self:
        if self.format == "safetensors" and not self.architecture:
            raise ValueError(say("safetensors weights need the name of their architecture"))
        if self.format != "safetensors" and (self.architecture or self.config or self.gradcam_layer):
            raise ValueError(
                say(
                    "%(format)s brings its own network: leave architecture, config and gradcam_layer out",
                    format=self.format,
                )
            )
        if self.format == "skops" and (self.input.kind != "table" or self.output.activation != "none"):
            raise ValueError(
                say(
                    "skops models take rows and give probabilities: the input is a table, the activation "
                    '"none"'
                )
            )
        return self


class SetSpec(Document):
    """set.json: the name of a validation set, what its items are, and which columns of labels.csv are groups."""

    schema_: Literal["retrace-set/1"] = Field(alias="schema")
    kind: Modality = "image"
    name: Name
    description: str = ""
    groups: tuple[str, ...] | None = None


class Box(Document):
    """What a person marked in an image: the top left corner and the size, as fractions of its width and height."""

    x: float = Field(ge=0, lt=1)
    y: float = Field(ge=0, lt=1)
    width: float = Field(gt=0, le=1)
    height: float = Field(gt=0, le=1)
    finding: str = Field(default="", max_length=200)


class ItemEntry(Document):
    """One line of the manifest: an item's id, its label, its groups and the digests of its files.

    `content` is what the model is asked about (an image, a volume, a row, a graph) as it is stored; `mask` the
    relevant region of an image or a volume, or the list of a graph's relevant nodes; `boxes` what was marked in an
    image; `pixels` the digest of an image's pixels where intake changed its file.
    """

    id: Name
    label: Name
    groups: dict[str, str]
    content: Digest
    mask: Digest | None
    boxes: tuple[Box, ...] = ()
    pixels: Digest | None = None


class GroupCount(Document):
    """How many items carry one value of one group column."""

    column: str
    value: str
    n: int


class Unlabelled(Document):
    """Rows of labels.csv that were left out because they have no label, and of which groups they are."""

    rows: int = 0
    groups: tuple[GroupCount, ...] = ()


class Deidentification(Document):
    """What intake took out of files that name people.

    `removed` and `replaced` count files by the name of the field, never its value; `burned_in` counts files whose
    header makes text within the picture likely.
    """

    profile: Text
    files: int
    removed: dict[str, int]
    replaced: dict[str, int]
    burned_in: int


class Manifest(Document):
    """A validation set as intake accepted it; its digest is the Merkle root over the items.

    `columns` are those of a table's rows, or the features of all graphs' nodes; other kinds have none.
    """

    kind: Modality = "image"
    columns: tuple[str, ...] = ()
    deidentification: Deidentification | None = None
    items: tuple[ItemEntry, ...] = Field(min_length=1)
    unlabelled: Unlabelled = Unlabelled()

    def lines(self) -> list[bytes]:
        """Return the leaves of the Merkle tree: each item as canonical JSON, then the rows that were left out.

        What an item does not have is absent, and so is the last leaf where every row has a label.
        """
        parts = [*self.items, self.unlabelled] if self.unlabelled.rows else self.items
        return [canonical(part.model_dump(mode="json", exclude_defaults=True)) for part in parts]
