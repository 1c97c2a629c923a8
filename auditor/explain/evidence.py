"""The evidence: one typed, versioned, content-addressed document that every report is made from."""

from typing import Literal

from pydantic import Field, JsonValue

from auditor.explain.arrays import ArrayRef as ArrayRef
from auditor.explain.document import Document, Text
from auditor.explain.globals.documents import Condition as Condition
from auditor.explain.globals.documents import Feature as Feature
from auditor.explain.globals.documents import Rule as Rule
from auditor.explain.globals.documents import Surrogate as Surrogate
from auditor.explain.globals.documents import Survey as Survey
from auditor.explain.globals.documents import TreeNode as TreeNode
from auditor.explain.material.documents import Copies, MissingLabels, Overlap
from auditor.explain.measure import Measure as Measure
from auditor.explain.parameters import Parameter
from auditor.explain.performance.documents import Account as Account
from auditor.explain.performance.documents import Bin as Bin
from auditor.explain.performance.documents import Calibration as Calibration
from auditor.explain.performance.documents import Gap as Gap
from auditor.explain.performance.documents import GroupPerformance as GroupPerformance
from auditor.explain.performance.documents import Intersection as Intersection
from auditor.explain.performance.documents import Metric as Metric
from auditor.explain.performance.documents import Performance as Performance
from auditor.explain.plan import Plan
from auditor.explain.robustness.documents import ItemChange, Robustness
from auditor.explain.shortcuts.documents import Shortcuts
from auditor.explain.spec import Deidentification, Digest, ItemEntry, Modality, ModelSpec
from auditor.explain.spec import GroupCount as GroupCount
from auditor.explain.trust.documents import ItemAgreement, ItemTrust, Trust

Tier = Literal["predictions", "gradients", "layers"]
TIERS: tuple[Tier, ...] = ("predictions", "gradients", "layers")


class MethodCard(Document):
    """What a reader must know of a method before believing one of its pictures.

    `specific` says that it looks into the model, `background` that it compares with other items of the set, `gives`
    what comes out: a map of one item, examples beside it, or an answer about the model as a whole.
    """

    name: str
    title: Text
    family: Literal["visualisation", "backpropagation", "perturbation", "surrogate", "projection"]
    needs: Tier
    inputs: tuple[Modality, ...] = ("image",)
    scope: Literal["local", "global"]
    stage: Literal["before the model", "in the model", "after the model"]
    kind: Literal["visualisation", "attribution", "surrogate", "example"]
    gives: Literal["map", "examples", "global"] = "map"
    specific: bool
    background: bool = False
    sign: Text
    cost: Text
    paper: str
    failure_modes: tuple[Text, ...]
    not_to_claim: tuple[Text, ...]
    parameters: tuple[Parameter, ...] = ()


class MapRecord(Document):
    """One attribution map (*places) and what is known of how far it can be believed.

    The places are an image's or a volume's on the model's grid, a table's columns, or the nodes that a graph has.

    `completeness` is |sum of the map - what it promises to sum to| / |what it promises|, for methods that promise;
    `fit` the R2 of a local surrogate; `errors` the standard errors of a method that samples, like the map, and `noise`
    the largest of them over the map's largest absolute value. `edges` (receivers, senders) are the values of a graph's
    edges, of methods that give them.
    """

    array: ArrayRef
    completeness: float | None = None
    fit: float | None = None
    errors: ArrayRef | None = None
    noise: float | None = None
    edges: ArrayRef | None = None


class Region(Document):
    """A part that every item of a set has, and that can be exchanged or taken away.

    `kind` is "mask" for the relevant region ("inside") and its complement ("outside"), "grid" for a cell of an image
    or a volume at (`layer`, `row`, `column`), "column" for a column of a table, "feature" for one feature of all
    nodes of a graph (`column`), or all its edges.
    """

    name: str
    kind: Literal["mask", "grid", "column", "feature"]
    title: Text = ""
    layer: int | None = None
    row: int | None = None
    column: int | None = None


class RegionEffects(Document):
    """What happens to one item when a region is replaced by the same region of a donor of another label.

    Parallel to `ShardResult.regions`. `drop` is the fall of the target's score (in [-1, 1]), `flip` whether the
    decision changed, `area` the share of the item's places, `shares` the share of absolute attribution per method.
    An entry is None where the item has no such region. A graph has no `donor`: its parts are taken away.
    """

    donor: str | None
    area: tuple[float | None, ...]
    drop: tuple[float | None, ...]
    flip: tuple[bool | None, ...]
    shares: dict[str, tuple[float | None, ...]]


class ItemRecord(Document):
    """Everything measured on one item; `scores` are probabilities in the order of the model's classes.

    `fingerprint` is what other items are compared with to find copies, in base64; the gallery's items have none.
    `trust` is by method, and under RANDOM what random maps reach; items that were not tested have localisation only.
    `changes` is by the name of the change, and empty for items that were not changed.
    """

    index: int
    entry: ItemEntry
    scores: tuple[float, ...]
    predicted: str
    target: str
    maps: dict[str, MapRecord]
    effects: RegionEffects | None
    features: dict[str, float]
    trust: dict[str, ItemTrust] = {}
    agreement: tuple[ItemAgreement, ...] = ()
    fingerprint: str = ""
    changes: dict[str, ItemChange] = {}


class Incident(Document):
    """Something that went wrong with one item while the run went on."""

    item: str
    what: Text


class ShardResult(Document):
    """What one shard computed.

    `regions` names the regions that the effects are parallel to, `stages` the layers that became random together.
    """

    schema_: Literal["retrace-shard/2"] = Field(default="retrace-shard/2", alias="schema")
    first: int
    regions: tuple[Region, ...]
    stages: tuple[Text, ...] = ()
    items: tuple[ItemRecord, ...]
    incidents: tuple[Incident, ...] = ()
    layer: str | None
    tier: Tier


class ModelFacts(Document):
    """The audited model version: the digest of its weights and description, what it is and how large."""

    digest: Digest
    weights: Digest
    spec: ModelSpec
    parameters: int
    layer: str | None
    tier: Tier


class SetFacts(Document):
    """The validation set: its Merkle root and what was counted in it.

    `boxes` are items in which something is marked, `training` how far the set overlaps with what the model was trained
    on.
    """

    digest: Digest
    name: str
    description: str
    items: int
    labels: dict[str, int]
    groups: tuple[GroupCount, ...]
    masks: int
    duplicates: int
    boxes: int = 0
    unlabelled: MissingLabels = MissingLabels()
    copies: Copies = Copies()
    training: Overlap = Overlap()
    deidentification: Deidentification | None = None


class RegionImportance(Region):
    """How much one region matters over the set.

    `shares` holds, per method, the mean share of absolute attribution in the region.
    """

    area: Measure
    drop: Measure
    flips: Measure
    shares: dict[str, Measure]


class MethodSummary(Document):
    """One method over the whole set."""

    card: MethodCard
    parameters: dict[str, JsonValue]
    applicable: bool
    reason: Text | None
    outside: Measure | None
    completeness: Measure | None
    fit: Measure | None = None
    noise: Measure | None = None


class GalleryEntry(Document):
    """One item shown with its maps, and the rule that chose it."""

    rule: Literal["methods disagree", "worst error", "least certain", "typical"]
    item: ItemRecord


class Gallery(Document):
    """The items that the report shows, by a seeded rule that was fixed before the run."""

    rule: Text
    seed: int
    entries: tuple[GalleryEntry, ...]


class Software(Document):
    """What the numbers depend on: versions by package name, the class of device and how exactly it computed."""

    retrace: str
    packages: dict[str, str]
    device_class: Literal["cpu", "cuda"]
    threads: int
    dtype: Literal["float32"] = "float32"
    tf32: bool = False


class Evidence(Document):
    """The whole of what was measured.

    `shards` are the digests of the shard documents, in their order; `cards` those of the methods that speak of the
    model as a whole or give examples.
    """

    schema_: Literal["retrace-evidence/2"] = Field(default="retrace-evidence/2", alias="schema")
    model: ModelFacts
    validation_set: SetFacts
    plan: Plan
    plan_digest: Digest
    software: Software
    shards: tuple[Digest, ...]
    incidents: tuple[Incident, ...]
    methods: tuple[MethodSummary, ...]
    performance: Performance
    regions: tuple[RegionImportance, ...]
    surrogate: Surrogate
    survey: Survey = Survey()
    trust: Trust = Trust()
    shortcuts: Shortcuts = Shortcuts()
    robustness: Robustness = Robustness()
    cards: tuple[MethodCard, ...] = ()
    gallery: Gallery
