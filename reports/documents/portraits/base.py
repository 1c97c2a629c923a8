"""What every portrait has: panels with their words, and a way to draw one."""

from abc import ABC, abstractmethod
from typing import NamedTuple

from django.utils.translation import gettext as _

from auditor.common.store import Store
from auditor.explain.evidence import Evidence, ItemRecord
from auditor.explain.trust.documents import MethodTrust
from reports.documents.book import Asset
from reports.documents.figures.source import Floats, attribution
from reports.documents.formats import number


class Panel(NamedTuple):
    """One picture of an item: the key under which it is drawn, its title, what it shows, and notes below it."""

    key: str
    title: str
    alt: str
    notes: tuple[str, ...]


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

    def __init__(self, evidence: Evidence, store: Store) -> None:
        self.evidence, self.store = evidence, store
        self.titles = {method.card.name: method.card.title for method in evidence.methods}
        self._tests = {method.method: _tested(method) for method in evidence.trust.methods}

    @abstractmethod
    def panels(self, item: ItemRecord) -> list[Panel]:
        """Return the panels of an item in their order; raises RetraceError where an array is missing."""

    @abstractmethod
    def draw(self, item: ItemRecord, key: str) -> Asset:
        """Return one panel's picture; raises RetraceError where what it is drawn from is missing or damaged."""

    def shown(self, item: ItemRecord) -> list[str]:
        """Return the methods that an item has maps of, in the plan's order."""
        return [name for name in self.titles if name in item.maps]

    def values(self, item: ItemRecord, name: str) -> Floats:
        """Return what a method attributes to the parts of an item, (*places)."""
        return attribution(self.store, item.maps[name].array, f"map of item {item.entry.id!r} by {name}")

    def belief(self, item: ItemRecord, name: str) -> list[str]:
        """Return how far one map can be believed: how its method stood its tests, and what it says of itself."""
        record, said = item.maps[name], []
        if name in self._tests:
            said.append(self._tests[name])
        if record.completeness is not None:
            said.append(_("error %(value)s %%") % {"value": number(100 * record.completeness, 1)})
        if record.noise is not None:
            said.append(_("chance ±%(value)s %%") % {"value": number(100 * record.noise, 0)})
        if record.fit is not None:
            said.append(f"R² {number(record.fit, 2)}")
        return said


def _tested(method: MethodTrust) -> str:
    if method.trusted:
        return _("✓ tests passed")
    failed = any(verdict.outcome == "failed" for verdict in method.verdicts)
    return _("✗ failed its tests") if failed else _("? tests undecided")
