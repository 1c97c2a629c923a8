"""What is known of the belief that maps deserve: per item in shards, per method in the evidence."""

from typing import Literal

from auditor.explain.document import Document, Text
from auditor.explain.measure import Measure

Aspect = Literal["faithfulness", "sanity", "stability", "completeness", "localisation"]
Outcome = Literal["passed", "failed", "undecided", "not measured"]

RANDOM = "random"  # in place of a method's name: maps that know nothing, on the same items


class ItemTrust(Document):
    """What was measured of one map of one item.

    `values` are named as in `trust.catalog`; a measure that was not made, or is undefined here, is absent. `deletion`
    and `insertion` are the probability of the explained class at each of the fractions of places taken away or
    brought back, 0 to 1.
    `randomised` is the rank correlation of the map with that of the model of which the first 1, 2, ... stages are
    random, counted from the output.
    """

    values: dict[str, float] = {}
    deletion: tuple[float, ...] = ()
    insertion: tuple[float, ...] = ()
    randomised: tuple[float, ...] = ()


class ItemAgreement(Document):
    """The rank correlation of two methods' maps of one item, over its parts, -1 to 1."""

    first: str
    second: str
    correlation: float


class NamedMeasure(Document):
    """A measure under its name in `trust.catalog`."""

    name: str
    measure: Measure


class Verdict(Document):
    """Whether one aspect of a method stood its test: which measure decided, and against which threshold of the plan.

    "undecided" is a test whose interval includes the threshold.
    """

    aspect: Aspect
    outcome: Outcome
    measure: str | None = None
    threshold: float | None = None


class MethodTrust(Document):
    """The trust measurements of one method, or of random maps, over the items that were tested.

    `deletion` and `insertion` are mean curves at `Trust.fractions`, `randomised` parallel to `Trust.stages`. `trusted`
    says whether faithfulness and sanity passed and nothing failed. `rank` orders methods by gain, from 1.
    """

    method: str
    measures: tuple[NamedMeasure, ...] = ()
    deletion: tuple[float, ...] = ()
    insertion: tuple[float, ...] = ()
    randomised: tuple[Measure, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    trusted: bool = False
    rank: int | None = None


class Agreement(Document):
    """The mean rank correlation of two methods over all items that have maps of both."""

    first: str
    second: str
    measure: Measure


class Trust(Document):
    """What was measured of the explanations themselves.

    `items` is on how many items maps were tested, `fractions` the shares of places taken away or brought back,
    `stages` the layers that became random together, from the output down. `methods` are in the plan's order, `random`
    is what maps that know nothing reach on the same items.
    """

    items: int = 0
    fractions: tuple[float, ...] = ()
    stages: tuple[Text, ...] = ()
    methods: tuple[MethodTrust, ...] = ()
    random: MethodTrust | None = None
    agreement: tuple[Agreement, ...] = ()
