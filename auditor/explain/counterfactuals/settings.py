"""What a counterfactual search may change, how far it looks, and what it takes for plausible."""

from typing import Annotated, Literal

from pydantic import Field

from auditor.explain.document import Document


class SearchSettings(Document):
    """What every search is told.

    Attributes
    ----------
    count : the most alternatives that are given
    margin : the least probability of the new class, which must be the largest of all; with two classes, 0.5 asks for
        no more than that
    budget : the most changed items that the model is asked about
    neighbours, quantile : a changed item is plausible where its mean distance to this many nearest reference items is
        within this quantile of the same distance among the reference items themselves
    compared : the most reference items that distances are measured to, drawn by the seed
    """

    count: int = Field(default=3, ge=1, le=20)
    margin: Annotated[float, Field(ge=0, le=1)] = 0.5
    budget: int = Field(default=50_000, ge=1, le=1_000_000)
    neighbours: int = Field(default=5, ge=1, le=100)
    quantile: Annotated[float, Field(gt=0, le=1)] = 0.95
    compared: int = Field(default=1000, ge=2, le=10_000)


class CounterfactualSettings(SearchSettings):
    """Rows of a table: how many columns may change at once, and how many observed values a number may take."""

    most_columns: int = Field(default=3, ge=1, le=10)
    levels: int = Field(default=10, ge=2, le=1000)


class RegionSettings(SearchSettings):
    """Images and volumes: how they are cut, how many regions may go, and how large a share of all places at most."""

    budget: int = Field(default=2000, ge=1, le=1_000_000)
    cut: Literal["superpixels", "grid"] = "superpixels"
    parts: int = Field(default=40, ge=2, le=2000)
    most_regions: int = Field(default=6, ge=1, le=50)
    most_area: Annotated[float, Field(gt=0, lt=1)] = 0.25
