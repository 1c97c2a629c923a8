"""What the child hands to its parent: an accepted model, an accepted set, or a refusal."""

from typing import Literal

from auditor.explain.document import Document, Text
from auditor.explain.evidence import Tier
from auditor.explain.spec import Deidentification, Digest, Modality, ModelSpec, Unlabelled


class AcceptedModel(Document):
    """A model whose weights fit its architecture; the digests name staged content.

    `training_digest` names the list of what it was trained on and `training_items` says how long it is, None where
    none was handed in.
    """

    kind: Literal["model"] = "model"
    spec: ModelSpec
    spec_digest: Digest
    weights_digest: Digest
    weights_bytes: int
    parameters: int
    tier: Tier
    training_digest: Digest | None = None
    training_items: int | None = None


class AcceptedSet(Document):
    """A set of which every item is readable.

    `unlisted` counts items without a row in labels.csv, `boxes` items in which something is marked, and `duplicates`
    items whose content an earlier item has.
    """

    kind: Literal["set"] = "set"
    modality: Modality
    name: str
    description: str
    digest: Digest
    manifest_digest: Digest
    items: int
    labels: dict[str, int]
    groups: dict[str, dict[str, int]]
    masks: int
    boxes: int
    unlisted: int
    unlabelled: Unlabelled
    duplicates: int
    deidentification: Deidentification | None


class Outcome(Document):
    """The child's whole answer: what it accepted, or the sentence with which it refused."""

    accepted: AcceptedModel | AcceptedSet | None = None
    refused: Text | None = None
