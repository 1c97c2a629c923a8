"""Counterfactuals as documents, for the evidence."""

from auditor.explain.arrays import ArrayRef
from auditor.explain.counterfactuals.settings import CounterfactualSettings, RegionSettings
from auditor.explain.document import Document, Text


class Answer(Document):
    """What was asked, how thoroughly it was searched, and why nothing was found where nothing was.

    Attributes
    ----------
    predicted, probabilities : the model's class and probabilities for the item as it is
    target : the class that was wanted instead, None for any other
    tried : how many changed items the model was asked about
    altering : how many of these alter the outcome, plausible or not
    searched_to : every change of up to this many columns or regions was tried
    exhaustive : whether that covers all that the answer rests on; where not, a smaller change may have been missed
    compared : how many reference items distances were measured to
    bound : the largest mean distance to its nearest reference items that a plausible item may have
    nearness : the same distance of the item as it is
    refused : why there is no alternative, in a sentence
    """

    predicted: str
    probabilities: tuple[float, ...]
    target: str | None
    tried: int
    altering: int
    searched_to: int
    exhaustive: bool
    compared: int
    bound: float | None
    nearness: float | None
    seed: int
    refused: Text | None


class Change(Document):
    """One column's value before and after: a number in the file's own unit, or a category."""

    column: str
    before: float | str
    after: float | str


class Alternative(Document):
    """A row that the model decides otherwise; `distance` is Gower's to the row as it is.

    `nearness` is its mean distance to the nearest reference rows; `predicted` and `probabilities` are the model's.
    """

    changes: tuple[Change, ...]
    distance: float
    nearness: float
    predicted: str
    probabilities: tuple[float, ...]


class CounterfactualRecord(Answer):
    """The smallest plausible changes of one row, smallest first."""

    settings: CounterfactualSettings
    alternatives: tuple[Alternative, ...]


class RegionAlternative(Document):
    """Regions, by their numbers in `parts`, whose filling in from their surroundings makes the model decide otherwise.

    `area` is their share of all places; `filled` is the item with them filled in, (channels, *places).
    """

    regions: tuple[int, ...]
    area: float
    nearness: float
    predicted: str
    probabilities: tuple[float, ...]
    filled: ArrayRef | None = None


class RegionRecord(Answer):
    """The smallest plausible sets of regions of one image or volume; `parts` numbers the region of each place."""

    settings: RegionSettings
    parts: ArrayRef | None = None
    alternatives: tuple[RegionAlternative, ...]
