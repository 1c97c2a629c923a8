"""The plan of an audit: everything that was fixed before it ran."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from auditor.common.said import say
from auditor.explain.counterfactuals.settings import CounterfactualSettings, RegionSettings
from auditor.explain.document import Document
from auditor.explain.globals.documents import GlobalSettings
from auditor.explain.robustness.settings import RobustnessPlan
from auditor.explain.trust.settings import TrustPlan


class MethodPlan(Document):
    """One attribution method with its parameters."""

    name: str
    parameters: dict[str, JsonValue] = {}


class SurrogatePlan(Document):
    """How the surrogate decision tree is grown and when it may be called a description of the model.

    Every depth is tried with every number of leaves.
    """

    depths: tuple[Annotated[int, Field(ge=1, le=12)], ...] = Field(default=(1, 2, 3, 4), min_length=1)
    leaves: tuple[Annotated[int, Field(ge=2, le=64)], ...] = Field(
        default=(2, 3, 4, 6, 8, 12, 16), min_length=1
    )
    minimum_leaf: int = 5
    held_out: float = Field(default=0.4, gt=0, lt=1)
    minimum_fidelity: float = Field(
        default=0.8,
        ge=0,
        le=1,
        description=say("How often the tree must decide as the model does to be called a description of it."),
    )


class SurveyPlan(Document):
    """What is asked about the model as a whole, and about decisions of the gallery.

    `importance` is None where importances of columns or regions are not asked for; `components` are how many principal
    components are kept, `resamples` on how many their intervals rest. `counterfactuals` is for how many items of the
    gallery, in its order, other outcomes are searched for: in `rows` of tables, in `regions` of images and volumes.
    """

    importance: GlobalSettings | None = None
    components: int = Field(
        default=4, ge=0, le=20, description=say("How many principal components are kept; none where 0.")
    )
    resamples: int = Field(default=200, ge=20, le=10_000)
    counterfactuals: int = Field(
        default=4,
        ge=0,
        le=5000,
        description=say("For how many items of the gallery other outcomes are searched for."),
    )
    rows: CounterfactualSettings = CounterfactualSettings()
    regions: RegionSettings = RegionSettings(budget=500)


class Thresholds(Document):
    """Where a measurement becomes a finding; defaults are documented with the rules that read them."""

    accuracy: float = Field(
        default=0.8,
        ge=0,
        le=1,
        description=say("A finding where the share of decisions that agree with their labels is lower."),
    )
    group_gap: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description=say("A critical finding where a group differs from the others, beyond chance, by more."),
    )
    sensitivity: float = Field(
        default=0.7,
        ge=0,
        le=1,
        description=say("A finding where the share of items of a class that are decided as it is lower."),
    )
    calibration: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description=say(
            "A finding where probabilities are off, on average over bins and corrected for chance, by more."
        ),
    )
    outside_flips: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description=say(
            "A finding where exchanging what should not matter changes a larger share of decisions."
        ),
    )
    shortcut_drop: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description=say(
            "A finding where labels are told apart less well, by more, among items alike in a group column."
        ),
    )
    shortcut_effect: float = Field(
        default=0.02,
        ge=0,
        le=1,
        description=say(
            "A group column counts where it explains a larger share (R2) of maps or scores beyond the label."
        ),
    )
    shortcut_separation: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description=say(
            "A group column can stand for the label where it goes along with it by more (Cramer's V)."
        ),
    )
    spot_area: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description=say(
            "A spot holds half of the attribution of like maps in at most this share of the places."
        ),
    )
    completeness: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description=say(
            "A finding where a method's maps miss what they promise to add up to by a larger share."
        ),
    )
    fit: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description=say("A finding where a local stand-in explains less of the score near an item (R2)."),
    )
    noise: float = Field(
        default=0.25,
        ge=0,
        le=1,
        description=say(
            "A finding where the largest standard error of a map is a larger share of its largest value."
        ),
    )
    unlabelled: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description=say("A finding where a larger share of the rows of a set has no label."),
    )
    gain: float = Field(
        default=0.0,
        ge=-1,
        le=1,
        description=say(
            "A method fails where its maps order places no better than random maps by this area."
        ),
    )
    randomised: float = Field(
        default=0.5,
        ge=-1,
        le=1,
        description=say(
            "A method fails where its maps go along with those of a model with random weights by more."
        ),
    )
    other_class: float = Field(
        default=0.9,
        ge=-1,
        le=1,
        description=say("A method fails where its maps go along with those for another class by more."),
    )
    max_sensitivity: float = Field(
        default=1.0,
        ge=0,
        description=say("A method fails where noise that nobody sees changes its maps by a larger share."),
    )
    seeds: float = Field(
        default=0.7,
        ge=-1,
        le=1,
        description=say("A method fails where its maps go along with those of another seed by less."),
    )
    agreement: float = Field(
        default=0.1,
        ge=-1,
        le=1,
        description=say("A finding where the maps of two methods go along with each other by less."),
    )
    harmless_flips: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description=say("A finding where a harmless change alters a larger share of decisions."),
    )
    harmless_similarity: float = Field(
        default=0.7,
        ge=-1,
        le=1,
        description=say("A finding where maps go along with those under a harmless change by less."),
    )


class Plan(Document):
    """What an audit will do; the same plan on the same inputs gives the same evidence.

    `shard_size` and `batch_size` belong here, not to the worker, because they decide which numbers are computed
    together. `grid` is the number of cells a side when regions are compared; `background` how many items of the set,
    drawn by the seed, methods compare with. `tf32` lets a GPU compute faster with less exact products.
    """

    schema_: Literal["retrace-plan/1"] = Field(default="retrace-plan/1", alias="schema")
    name: str = Field(default="standard", min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")
    seed: int = Field(
        default=20260101,
        ge=0,
        lt=2**32,
        description=say("Decides every random draw, so that the audit can be repeated exactly."),
    )
    methods: tuple[MethodPlan, ...]
    target: Literal["predicted", "label"] = Field(
        default="predicted",
        title=say("Class explained"),
        description=say(
            "The class that the model decides for (predicted), or the one that the item's label names."
        ),
    )
    shard_size: int = Field(default=16, ge=1, le=1024)
    batch_size: int = Field(default=16, ge=1, le=1024)
    background: int = Field(
        default=16,
        ge=1,
        le=1024,
        title=say("Background items"),
        description=say("How many items of the set, drawn by the seed, methods compare with."),
    )
    tf32: bool = False
    resamples: int = Field(
        default=1000,
        ge=100,
        le=100_000,
        description=say("How often the items are drawn anew for an interval; more make its ends steadier."),
    )
    confidence: float = Field(
        default=0.95,
        gt=0.5,
        lt=1,
        description=say("How sure an interval is: 0.95 holds in 95 of 100 repetitions."),
    )
    minimum_group: int = Field(
        default=10,
        ge=2,
        title=say("Smallest group"),
        description=say("Groups with fewer items are not printed."),
    )
    grid: int = Field(
        default=8,
        ge=2,
        le=32,
        description=say("Cells a side of an image or volume when its regions are compared."),
    )
    gallery: int = Field(
        default=12,
        ge=1,
        le=5000,
        title=say("Items in the gallery"),
        description=say("How many items the report shows with their maps."),
    )
    surrogate: SurrogatePlan = SurrogatePlan()
    survey: SurveyPlan = SurveyPlan()
    trust: TrustPlan = TrustPlan()
    robustness: RobustnessPlan = RobustnessPlan()
    thresholds: Thresholds = Thresholds()
