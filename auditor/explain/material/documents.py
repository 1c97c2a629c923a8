"""What is known of the material of an audit beside its counts."""

from auditor.explain.document import Document, Text
from auditor.explain.spec import Digest


class MissingGroup(Document):
    """Rows without a label in one group: `missing` of `rows`, and whether that is more or less than elsewhere.

    `p` is that of Fisher's exact test of the group against the rest of its column, corrected after Holm over all groups
    of all columns; None for a column with one value.
    """

    column: str
    value: str
    missing: int
    rows: int
    p: float | None


class MissingLabels(Document):
    """Rows of labels.csv that have no label and are in no result: `missing` of `rows`."""

    missing: int = 0
    rows: int = 0
    groups: tuple[MissingGroup, ...] = ()


class Pair(Document):
    """Two items that are one, by their ids: whether their labels differ, and the columns of groups that do."""

    first: str
    second: str
    labels: bool
    across: tuple[str, ...] = ()


class Across(Document):
    """How many pairs join two values of one group column, such as two sites or two halves of a split."""

    column: str
    pairs: int


class Pairs(Document):
    """Pairs of items: how many, how many of them with two labels, how many across groups, and the first by id.

    `listed` has those with two labels first; `complete` is False where there were too many to count.
    """

    count: int = 0
    labels: int = 0
    across: tuple[Across, ...] = ()
    listed: tuple[Pair, ...] = ()
    complete: bool = True


class Copies(Document):
    """Items that are in the set twice.

    `exact` are pairs with the same content, `near` pairs that differ in content and yet are one item to all
    appearances. `rule` says what counts as one, and `unmeasured` why none were looked for; both are empty before an
    audit.
    """

    exact: Pairs = Pairs()
    near: Pairs = Pairs()
    rule: Text = ""
    unmeasured: Text = ""


class Overlap(Document):
    """Items of the set that the model was trained on, by the list that was declared for it.

    `digest` names the list and `listed` is its length; both are None where no list was declared. `seen` is how many
    items of the set are on it, `items` the first of them by id.
    """

    digest: Digest | None = None
    listed: int | None = None
    seen: int = 0
    items: tuple[str, ...] = ()
