"""What was found of shortcuts, as the evidence records it."""

from typing import Literal

from auditor.explain.arrays import ArrayRef
from auditor.explain.document import Document, Text
from auditor.explain.measure import Measure

SCORES = "scores"  # in place of a method's name: the model's probabilities themselves
Outcome = Literal["found", "not found", "undecided", "not tested"]


class OutsideMass(Document):
    """Where the attribution of one group's items lies; `column` is None where `value` is a label.

    `area` is the mean share of places outside of the relevant region, `shares` by method the mean share of absolute
    attribution there.
    """

    column: str | None
    value: str
    n: int
    area: Measure
    shares: dict[str, Measure]


class Association(Document):
    """How far the patterns of one method, or the SCORES, go along with a group column beyond the label.

    `effect` is the partial R2 of the column, adjusted for the number of its values: about 0 where there is nothing,
    at most 1. `p_value` is that of permutations within each label, `adjusted` the same after Holm's correction over
    all columns and methods.
    """

    of: str
    effect: Measure
    p_value: float
    adjusted: float
    permutations: int


class Within(Document):
    """Performance over all items against performance among items with the same value of a column, -1 to 1.

    `overall` is weighted to the labels that `within` compares, so that the `drop`, overall - within, is not one of
    easier labels. `value` is None where the pairs of all values are put together; `p_value` is then the share of
    permutations of the column within each label with as large a drop.
    """

    name: Literal["auroc", "balanced_accuracy"]
    of: str | None
    value: str | None
    overall: Measure
    within: Measure
    drop: Measure
    p_value: float | None = None


class Column(Document):
    """One group column held against attributions, scores and performance.

    `values` are those with enough items, `left_out` counts the items of the others. `separation` is Cramer's V of the
    column with the label, 0 to 1: how far the set itself cannot tell the two apart. `untested` says in a sentence each
    what could not be measured.
    """

    name: str
    values: tuple[str, ...]
    left_out: int
    separation: Measure | None = None
    associations: tuple[Association, ...] = ()
    within: tuple[Within, ...] = ()
    untested: tuple[Text, ...] = ()


class Excess(Document):
    """A group value that a cluster holds more of than chance would give it.

    Of the cluster's items `n` carry it, and `expected` would. `adjusted` is after Holm's correction over all values
    and clusters of the clustering.
    """

    column: str
    value: str
    n: int
    expected: float
    p_value: float
    adjusted: float


class Cluster(Document):
    """Items whose maps are alike.

    `mean` holds their mean map: a share of absolute attribution by cell (rows, columns), or by column of a table.
    `cells` is the smallest set of its places (row, column) with half of the attribution and `area` their share of all
    places; for a table a place is (0, column). `relevant` is the mean share of these places that is in the relevant
    region. A `spot` is small and lies outside of that region or, where none is known, at the border. `items` names
    the items nearest to the mean.
    """

    n: int
    share: float
    labels: dict[str, int]
    errors: Measure
    mean: ArrayRef
    cells: tuple[tuple[int, int], ...]
    area: float
    border: bool
    relevant: Measure | None = None
    spot: bool
    excess: tuple[Excess, ...] = ()
    items: tuple[str, ...]


class Clustering(Document):
    """The clusters of one method's maps among the items decided as one class (SpRAy).

    `eigenvalues` are the smallest ones of the graph's normalised Laplacian, whose widest gap gives the number of
    clusters. Clusters under the plan's smallest group are not described; `left_out` counts their items.
    """

    method: str
    decided: str
    n: int
    eigenvalues: tuple[float, ...]
    clusters: tuple[Cluster, ...]
    left_out: int = 0


class Quoted(Document):
    """A number that a line of evidence rests on, in words, and the threshold that it was held against."""

    name: Text
    measure: Measure
    threshold: float | None = None


class Line(Document):
    """One line of evidence: what it says of shortcuts, on which numbers, and where these are in the evidence.

    `subject` names the column, or the method and the class of a cluster; it is empty for the set as a whole.
    """

    kind: Literal["exchange", "spot", "column"]
    subject: Text
    outcome: Outcome
    sentence: Text
    numbers: tuple[Quoted, ...] = ()
    pointer: str


class Verdict(Document):
    """Whether a shortcut was found; "not found" has upper bounds under the thresholds on all lines that were tested."""

    outcome: Outcome = "not tested"
    lines: tuple[Line, ...] = ()


class Shortcuts(Document):
    """What was measured of shortcuts.

    `beyond` is the share of decisions that change when the surroundings are exchanged less the share that change
    with the relevant region, on the same items. `unanswered` says in a sentence each what could not be measured.
    """

    outside: tuple[OutsideMass, ...] = ()
    beyond: Measure | None = None
    columns: tuple[Column, ...] = ()
    clusterings: tuple[Clustering, ...] = ()
    unanswered: tuple[Text, ...] = ()
    verdict: Verdict = Verdict()
