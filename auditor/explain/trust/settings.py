"""How thoroughly explanations are tested; part of the plan."""

from typing import Annotated

from pydantic import Field

from auditor.common.said import say
from auditor.explain.document import Document

Share = Annotated[float, Field(gt=0, lt=1)]


class TrustPlan(Document):
    """How many items are tested, and how hard.

    Items are drawn by the plan's seed, the same for all methods, so that methods are compared on the same items. The
    first `sanity_items` and `stability_items` of them, but no more than the `share` of the whole set, also get the
    tests for which maps are computed again. Places are taken away and brought back in `steps` steps, as the map
    orders them and in `orders` random orders. `subsets` random sets of parts, each of the shares `sizes`, measure
    infidelity and sensitivity-n together; as many rows of the background measure the gaps of tables. Weights are made
    random in at most `stages` stages from the output down. `noises` samples of noise of at most `radius` of an item's
    range measure max-sensitivity.
    """

    items: int = Field(
        default=48,
        ge=0,
        le=100_000,
        title=say("Items tested"),
        description=say("On how many items the explanations are tested; none where 0."),
    )
    steps: int = Field(
        default=12,
        ge=2,
        le=200,
        title=say("Steps of a curve"),
        description=say("In how many steps the places of an item are taken away and brought back."),
    )
    orders: int = Field(default=2, ge=1, le=50)
    subsets: int = Field(
        default=12,
        ge=4,
        le=1000,
        title=say("Random sets of parts"),
        description=say("How many random sets of parts of each size are taken away from an item."),
    )
    sizes: tuple[Share, ...] = Field(default=(0.1, 0.25, 0.5), min_length=1)
    share: Share = 0.25
    sanity_items: int = Field(
        default=12,
        ge=0,
        le=10_000,
        title=say("Items with random weights"),
        description=say(
            "On how many items maps are computed again with random weights and for another class."
        ),
    )
    stages: int = Field(default=5, ge=1, le=100)
    stability_items: int = Field(
        default=16,
        ge=0,
        le=10_000,
        title=say("Items with noise"),
        description=say("On how many items maps are computed again under noise and with another seed."),
    )
    noises: int = Field(default=4, ge=1, le=100)
    radius: float = Field(
        default=0.02,
        gt=0,
        le=1,
        title=say("Size of the noise"),
        description=say("The largest noise that nobody sees, as a share of an item's range."),
    )
