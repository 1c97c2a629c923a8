"""What graded changes do, as shards record it by item and the evidence over the set."""

from auditor.explain.document import Document, Text
from auditor.explain.measure import Measure


class ItemChange(Document):
    """What one change did to one item, level by level.

    `scores` are the probabilities of all classes at each level, `flip` the first level (from 1) at which the decision
    is another one, None where it is none. `similarity` is, by method, the rank correlation of the map at the harmless
    level with the map before, which is moved along where the change moves the item; -1 to 1.
    """

    scores: tuple[tuple[float, ...], ...]
    flip: int | None = None
    similarity: dict[str, float] = {}


class Level(Document):
    """One dose of one change over the set.

    `changed` is the share of decisions that are other ones, `flipped` the share that was another one at this or a
    lower level, `moved` the mean absolute change of the probability of the class that was decided for, `fall` the
    accuracy before less the accuracy after, on the same items.
    """

    dose: float
    accuracy: Measure
    balanced_accuracy: Measure
    auroc: Measure | None = None
    fall: Measure
    changed: Measure
    flipped: Measure
    moved: Measure


class ChangeEffect(Document):
    """One change over the set: its doses in their unit, and why level `harmless` and those below count as harmless.

    `flip` is the dose by which half of the decisions are other ones. `similarity` is by method, over items whose
    decision stayed at the harmless level.
    """

    name: str
    title: Text
    unit: Text
    harmless: int
    because: Text
    levels: tuple[Level, ...]
    flip: Measure
    similarity: dict[str, Measure] = {}


class Robustness(Document):
    """What was measured under graded changes.

    `items` is on how many items, `accuracy`, `balanced_accuracy` and `auroc` their performance as they are, `harmless`
    the share whose decision any harmless change altered. `reason` says why nothing was measured, or what was not.
    """

    items: int = 0
    accuracy: Measure | None = None
    balanced_accuracy: Measure | None = None
    auroc: Measure | None = None
    changes: tuple[ChangeEffect, ...] = ()
    harmless: Measure | None = None
    reason: Text | None = None
