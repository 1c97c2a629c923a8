"""What every portrait has: panels with their words, a scale shared by items, and a way to draw one."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from django.utils.translation import gettext as _

from auditor.common.said import say
from auditor.common.store import Store
from auditor.explain.evidence import Evidence, ItemRecord
from auditor.explain.trust.documents import MethodTrust
from auditor.language import localized, said
from reports.documents.book import Asset
from reports.documents.figures.source import Floats, attribution
from reports.documents.formats import number

Scales = Mapping[str, float]
"""What full colour, or a bar of full length, stands for, by the method."""


class Panel(NamedTuple):
    """One picture of an item: the key under which it is drawn, its title, what it shows, and notes below it.

    `tested` says how the method stood its tests, and is empty for what no method made or nobody tested.
    """

    key: str
    title: str
    alt: str
    notes: tuple[str, ...]
    tested: str = ""


class Portrait(ABC):
    """The pictures of the items of one kind.

    Attributes
    ----------
    across : how many panels share the width of a page: 5, 4, 2, or 1
    scale : a word for what a legend has to explain: "colour" for maps in red and blue, "bars" for bars, "nodes" for
        circles and squares
    """

    across: int = 4
    scale: str = "colour"

    def __init__(self, evidence: Evidence, store: Store, pixels: int | None = None) -> None:
        """Draw for the screen, or for paper at as many `pixels` across a panel as it is printed with."""
        self.evidence, self.store, self.pixels = evidence, store, pixels
        self._trust = {method.method: method for method in evidence.trust.methods}
        self._held: dict[tuple[int, str], Floats] = {}

    @property
    def titles(self) -> dict[str, str]:
        """Return the titles of the methods by their names in the plan's order, in the active language."""
        return {method.card.name: said(method.card.title) for method in self.evidence.methods}

    @abstractmethod
    def panels(self, item: ItemRecord) -> list[Panel]:
        """Return the panels of an item in their order; raises RetraceError where an array is missing."""

    @abstractmethod
    def draw(self, item: ItemRecord, key: str, scales: Scales) -> Asset:
        """Return one panel's picture; raises RetraceError where what it is drawn from is missing or damaged."""

    @abstractmethod
    def full(self, values: Floats) -> float:
        """Return what full colour stands for in maps of one method, all values of them in one array."""

    def scales(self, items: Sequence[ItemRecord]) -> Scales:
        """Return the scale that items share, method by method, and hold their maps until the next items come.

        Raises RetraceError where a map is missing or damaged.
        """
        self._held = {}
        self._held = {
            (item.index, name): self.values(item, name) for item in items for name in self.shown(item)
        }
        found = {}
        for name in self.titles:
            maps = [values.ravel() for (_index, method), values in self._held.items() if method == name]
            if maps:
                found[name] = self.full(np.concatenate(maps))
        return found

    def tested(self, name: str) -> str:
        """Return how a method stood its tests, empty where it was not tested."""
        return tested(self._trust[name]) if name in self._trust else ""

    def sign(self, key: str) -> str:
        """Return the sign of how the method of a panel stood its tests, empty for a panel of no tested method."""
        return _sign(self._trust[key]) if key in self._trust else ""

    def shown(self, item: ItemRecord) -> list[str]:
        """Return the methods that an item has maps of, in the plan's order."""
        return [name for name in self.titles if name in item.maps]

    def values(self, item: ItemRecord, name: str) -> Floats:
        """Return what a method attributes to the parts of an item, (*places)."""
        held = self._held.get((item.index, name))
        if held is not None:
            return held
        return attribution(
            self.store,
            item.maps[name].array,
            say("The map of item %(item)s by %(method)s", item=repr(item.entry.id), method=name),
        )

    def belief(self, item: ItemRecord, name: str) -> list[str]:
        """Return what one map says of how far it can be believed."""
        record, told = item.maps[name], []
        if record.completeness is not None:
            told.append(_("error %(value)s %%") % {"value": number(100 * record.completeness, 1)})
        if record.noise is not None:
            told.append(_("chance ±%(value)s %%") % {"value": number(100 * record.noise, 0)})
        if record.fit is not None:
            told.append(f"R² {number(record.fit, 2)}")
        return told


def extent(values: Floats) -> str:
    """Return the lowest and the highest value of a map in words."""
    if not values.any():
        return _("no contribution")
    return _("%(low)s to %(high)s") % {"low": _signed(values.min()), "high": _signed(values.max())}


def _signed(value: np.float32) -> str:
    return localized(f"{value:+.2g}").replace("-", "−") if value else "0"


def tested(method: MethodTrust) -> str:
    """Return how a method stood its tests, beginning with the sign of it."""
    words = {"✓": _("✓ tests passed"), "✗": _("✗ failed its tests"), "?": _("? tests undecided")}
    return words[_sign(method)]


def _sign(method: MethodTrust) -> str:
    if method.trusted:
        return "✓"
    return "✗" if any(verdict.outcome == "failed" for verdict in method.verdicts) else "?"
