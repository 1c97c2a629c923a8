"""Evidence about performance: metrics, calibration, groups, intersections and gaps."""

from typing import Literal

from auditor.explain.document import Document, Text
from auditor.explain.measure import Measure

MetricName = Literal[
    "accuracy",
    "balanced_accuracy",
    "sensitivity",
    "specificity",
    "ppv",
    "npv",
    "auroc",
    "auprc",
    "brier",
    "ece",
    "prevalence",
]


class Metric(Document):
    """One performance number; `of` names the class that it is about, None for all classes together."""

    name: MetricName
    of: str | None
    measure: Measure


class GroupPerformance(Document):
    """Performance within one group.

    A suppressed group has neither size nor metrics: it is "small", under the plan's minimum, or a "complement", from
    which together with the total those of a small group would follow.
    """

    column: str
    value: str
    n: int | None
    suppressed: bool
    metrics: tuple[Metric, ...]
    why: Literal["small", "complement"] | None = None


class Account(Document):
    """Where all items went when groups of one column, or intersections of two, were formed.

    `measured` items lie in groups that are printed, `withheld` in those that are not; `groups` and `suppressed` count
    the groups. Items without a value of a column count as withheld, so that the two add up to the set.
    """

    columns: tuple[str, ...]
    measured: int
    withheld: int
    groups: int
    suppressed: int


class Intersection(Document):
    """Performance on the items that carry two values of two columns; only those that may be printed."""

    columns: tuple[str, str]
    values: tuple[str, str]
    n: int
    metrics: tuple[Metric, ...]


class Gap(Document):
    """The difference of a metric between a group and the items that carry another value of the column.

    `difference` is the group's less the others', with `n` items against `others`. `p` is the share of regroupings
    within labels whose difference is as large (`test` says how it was found), `adjusted` the same by Holm's method over
    all gaps of the audit.
    """

    column: str
    value: str
    name: MetricName
    of: str | None
    difference: Measure
    n: int
    others: int
    p: float
    adjusted: float
    test: Text


class Bin(Document):
    """Items of similar probability: the lowest, mean and highest probability, and the share that it came true for."""

    low: float
    high: float
    predicted: float
    observed: Measure


class Calibration(Document):
    """The reliability curve: of the second of two classes (`of`), or of the decided one of more (None).

    `plain` is the calibration error as usually given, the mean over bins of |observed - predicted|, which chance alone
    makes larger than zero.
    """

    of: str | None
    bins: tuple[Bin, ...]
    plain: float


class Performance(Document):
    """How well the decisions agree with the labels; confusion[i][j] counts label i decided as class j.

    `left_out` says in sentences what was not computed for its cost.
    """

    overall: tuple[Metric, ...]
    groups: tuple[GroupPerformance, ...]
    confusion: tuple[tuple[int, ...], ...]
    prevalence: tuple[Metric, ...] = ()
    calibration: Calibration | None = None
    accounts: tuple[Account, ...] = ()
    intersections: tuple[Intersection, ...] = ()
    gaps: tuple[Gap, ...] = ()
    left_out: tuple[Text, ...] = ()
