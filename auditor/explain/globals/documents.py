"""Evidence about a model as a whole: its surrogate tree, importances, curves, components and their drift."""

from typing import Literal

from pydantic import Field

from auditor.common.said import say
from auditor.explain.counterfactuals.documents import CounterfactualRecord, RegionRecord
from auditor.explain.document import Document, Text
from auditor.explain.measure import Measure

Numbers = tuple[float, ...]
Bounds = tuple[float | None, ...]


class Feature(Document):
    """An interpretable feature of an item, in words, with its unit.

    Its value is a number or, where it has `categories`, the position of one of them.
    """

    name: str
    title: Text
    unit: Text
    categories: tuple[str, ...] = ()


class TreeNode(Document):
    """A node of the surrogate tree: goes `left` where feature <= threshold; a leaf has no feature.

    Where `category` is set, it goes left where the feature is not this category. Values are compared in single
    precision; a missing one goes left where `missing_left`, which is None where no item lacks the feature;
    at the largest threshold that single precision has, all that is known goes left.
    """

    feature: str | None
    threshold: float | None
    left: int | None
    right: int | None
    n: int
    counts: dict[str, int]
    decision: str
    category: str | None = None
    missing_left: bool | None = None


class Condition(Document):
    """What a rule asks of one feature: above < value <= most, or that it is or is not a category.

    `missing` says that a missing value fulfils it, too.
    """

    feature: str
    above: float | None = None
    most: float | None = None
    category: str | None = None
    others: tuple[str, ...] = ()
    missing: bool = False


class Rule(Document):
    """One leaf of the surrogate tree as a sentence.

    Of the `n` items that the tree was grown on and that fulfil all conditions, the model decided `agreeing` as the
    rule says. `agreement` is the share on the `held_out` items that fulfil them; None where these are fewer than the
    plan's minimum.
    """

    leaf: int
    conditions: tuple[Condition, ...]
    decision: str
    n: int
    agreeing: int
    text: Text
    held_out: int = 0
    agreement: Measure | None = None


class TreeSize(Document):
    """A size of tree that was tried: mean fidelity over the folds of the growing part and its standard error.

    Both are None where decisions are too few for folds.
    """

    depth: int
    leaves: int
    fidelity: float | None = None
    error: float | None = None


class Surrogate(Document):
    """A small tree that imitates the model's decisions, and how often it does on items that it was not grown on.

    `baseline` is the fidelity of always answering the commonest decision. `accepted` says whether the lower bound
    of the fidelity reaches the plan's minimum; where not, the tree is no description of the model.
    `refused` says in a sentence why no tree could be grown. `tried` are the sizes among which the tree's was chosen;
    `rules` say an accepted tree in words.
    """

    features: tuple[Feature, ...]
    nodes: tuple[TreeNode, ...]
    depth: int
    leaves: int
    fidelity: Measure | None
    baseline: Measure | None
    accepted: bool
    refused: Text | None = None
    rules: tuple[Rule, ...] = ()
    tried: tuple[TreeSize, ...] = ()


class GlobalSettings(Document):
    """How importances and curves of a whole set are computed.

    `rows` is the most items used and `background` how many stand for "not known" in SAGE, both drawn by the seed.
    `repeats` are shuffles a column; `orders` the most orders of SAGE, which stops once its largest standard error is
    within `tolerance` of the values' range. Curves are made of the `curves` columns of largest permutation importance,
    at `grid` values or categories and over `bins` bins.
    """

    rows: int = Field(default=500, ge=2, le=100_000, description=say("The most items that are asked about."))
    background: int = Field(
        default=32,
        ge=1,
        le=10_000,
        description=say("How many items stand for a part that is not known (SAGE)."),
    )
    repeats: int = Field(
        default=5, ge=1, le=1000, description=say("How often each part is shuffled (permutation importance).")
    )
    orders: int = Field(
        default=512, ge=2, le=1_000_000, description=say("The most orders that are drawn (SAGE).")
    )
    tolerance: float = Field(default=0.025, ge=0, lt=1)
    curves: int = Field(default=12, ge=0, le=2000, description=say("For how many parts curves are drawn."))
    grid: int = Field(default=20, ge=2, le=1000)
    bins: int = Field(default=10, ge=1, le=1000)


class Importance(Document):
    """How much the model's loss rests on one column or region, in nats: when it is shuffled, and as SAGE value."""

    name: str
    title: Text
    permutation: Measure
    sage: Measure


class SetImportance(Document):
    """The importance of every column or region; `loss` is the model's own mean loss, to compare with."""

    columns: tuple[Importance, ...]
    loss: Measure
    orders: int
    background: int


class Curve(Document):
    """How the probability of class `of` depends on one column or concept, with pointwise intervals.

    Points are at the numbers `at` or, for a column of categories, at `categories`. Partial dependence is a mean
    probability; accumulated local effects are differences from the mean. `counts` are how many items have each
    category, or lie in the bin that ends at each edge (0 at the first); empty for a partial dependence on numbers. A
    bound is None where there is none, and `no_interval` then says why.
    """

    name: str
    title: Text
    unit: Text
    of: str
    kind: Literal["partial_dependence", "accumulated_local_effects"]
    at: Numbers = ()
    categories: tuple[str, ...] = ()
    values: Numbers
    low: Bounds
    high: Bounds
    confidence: float
    counts: tuple[int, ...] = ()
    n: int
    method: Text
    how: tuple[Text, ...] = ()
    seed: int
    no_interval: Text | None = None


class TableGlobals(Document):
    """What a model of tables rests on: importances of all columns, curves of the most important."""

    importance: SetImportance
    curves: tuple[Curve, ...]


class Attribution(Document):
    """Local attributions of one column or region over the set: their mean size and their mean."""

    name: str
    absolute: Measure
    signed: Measure


class Components(Document):
    """The principal components of a set: value = mean + scale * (scores @ loadings).

    `columns` are those that vary, `fixed` the others with their one value (None: no value at all). `loadings` are
    (components, columns), unit vectors whose largest entry is positive; `variances` those of the scores (over n - 1).
    `scores` (items, components) are those of the items at positions `items`. `imputed` counts missing values that the
    column's mean stood in for.
    """

    scaling: Literal["standardised", "centred"]
    n: int
    columns: tuple[Text, ...]
    fixed: dict[str, float | None]
    imputed: int
    mean: Numbers
    scale: Numbers
    loadings: tuple[Numbers, ...]
    variances: Numbers
    explained: tuple[Measure, ...]
    items: tuple[int, ...]
    scores: tuple[Numbers, ...]


class ComponentDrift(Document):
    """One component in two sets: how far the mean moved, and a Kolmogorov-Smirnov test.

    `shift` is in standard deviations of the reference; `adjusted` is the p-value after Holm's correction over the
    components.
    """

    component: int
    shift: Measure
    statistic: float
    p_value: float
    adjusted: float


class Drift(Document):
    """How a new set differs from a reference in the space of principal components.

    `energy` is the energy distance with each component in units of its standard deviation, `p_value` that of its
    permutation test. `beyond` is the share of new items whose reconstruction error is above `limit`, which about one
    in twenty items like the reference's exceeds. `moved` are columns that never varied where the components were found
    and have another value in the new set. `imputed` counts missing values that were filled in the new set.
    """

    reference: int
    new: int
    components: tuple[ComponentDrift, ...]
    energy: float
    p_value: float
    permutations: int
    seed: int
    limit: float | None
    beyond: Measure
    moved: tuple[Text, ...]
    imputed: int
    method: Text


class Space(Document):
    """Where the items of a set lie, in the space of their columns or of the model's own embedding.

    `labels` and `decisions` are those of the items that have scores, in their order. `drift` compares the set with the
    items of a reference set, where the audit was given one.
    """

    name: Literal["columns", "embedding"]
    components: Components
    labels: tuple[str, ...]
    decisions: tuple[str, ...]
    drift: Drift | None = None


class Counterfactual(Document):
    """How one item of the gallery would have been decided otherwise: by other values, or with regions filled in."""

    item: str
    row: CounterfactualRecord | None = None
    regions: RegionRecord | None = None


class Reference(Document):
    """The set that drift was measured against."""

    digest: str
    name: str
    items: int


class Survey(Document):
    """What is said of a model as a whole, and how decisions of the gallery would have gone otherwise.

    `importance` is that of a table's columns or of the cells of images, `attributions` are the local ones put together
    by method. `unanswered` says in a sentence each what the plan asks for and could not be computed.
    """

    importance: SetImportance | None = None
    curves: tuple[Curve, ...] = ()
    attributions: dict[str, tuple[Attribution, ...]] = {}
    spaces: tuple[Space, ...] = ()
    reference: Reference | None = None
    counterfactuals: tuple[Counterfactual, ...] = ()
    unanswered: tuple[Text, ...] = ()
