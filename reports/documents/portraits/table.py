"""Rows of a table: the values as they were written, and beside each what every method attributes to it."""

import json

import numpy as np
from django.utils.translation import gettext as _

from auditor.common.said import say
from auditor.explain.evidence import ItemRecord
from auditor.explain.spec import CategoryColumn, Column, TableInput
from reports.documents.book import Asset
from reports.documents.figures.rows import Method, row_chart
from reports.documents.figures.source import Floats, stored
from reports.documents.formats import short, signed
from reports.documents.portraits.base import Panel, Portrait, Scales

_ROW, _MOST = "row", 10


class TablePortrait(Portrait):
    """One wide panel: bars to the right speak for the decision, to the left against it."""

    across = 1
    scale = "bars"

    def panels(self, item: ItemRecord) -> list[Panel]:
        """Return the row's one panel; notes say how far each method can be believed."""
        words = {"id": item.entry.id[:60], "target": item.target[:60]}
        alt = _("Item %(id)s: its values, and what each method attributes to them for “%(target)s”") % words
        notes = [
            (self.titles[name], [one for one in (self.tested(name), *self.belief(item, name)) if one])
            for name in self.shown(item)
        ]
        told = "; ".join([alt, *(self._told(item, name) for name in self.shown(item))])
        return [Panel(_ROW, "", told, tuple(f"{title}: {', '.join(said)}" for title, said in notes if said))]

    def _told(self, item: ItemRecord, name: str) -> str:
        """Say to which column a method attributes most, for those who do not see the bars."""
        values = self.values(item, name)
        most = int(np.abs(values).argmax())
        column, written = self.written(item)[most]
        words = {"title": self.titles[name], "column": column[:60], "written": written[:60]}
        return _("%(title)s: most to %(column)s (%(written)s), %(value)s") % (
            words | {"value": signed(float(values[most]), 2)}
        )

    def draw(self, item: ItemRecord, key: str, scales: Scales) -> Asset:
        """Return the chart as SVG."""
        written = self.written(item)
        maps = {name: self.values(item, name) for name in self.shown(item)}
        order = _strongest(list(maps.values()), len(written))
        rows = [written[index] for index in order]
        rest = [index for index in range(len(written)) if index not in order]
        if rest:
            rows.append((_("%(n)d other columns") % {"n": len(rest)}, _("sum")))
        methods = [
            Method(
                self.titles[name],
                [*values[order].tolist(), *([float(values[rest].sum())] if rest else [])],
                scales[name],
            )
            for name, values in maps.items()
        ]
        return Asset(row_chart(rows, methods), "image/svg+xml")

    def full(self, values: Floats) -> float:
        """Return the largest absolute value."""
        return float(np.abs(values).max())

    def written(self, item: ItemRecord) -> list[tuple[str, str]]:
        """Return the title of every column and the item's value in it, as it was written."""
        spec = self.evidence.model.spec.input
        if not isinstance(spec, TableInput):
            raise ValueError("the evidence is not about a table")
        what = say("The row %(item)s", item=repr(item.entry.id))
        values: dict[str, str] = json.loads(stored(self.store, item.entry.content, what))
        return [(column.label, _value(column, values)) for column in spec.columns]


def _strongest(maps: list[np.ndarray], columns: int) -> list[int]:
    """Return which columns are shown, the one with the largest share in any method first."""
    weight = np.zeros(columns)
    for values in maps:
        weight = np.maximum(weight, np.abs(values) / (np.abs(values).max() or 1.0))
    return [int(index) for index in np.argsort(-weight, kind="stable")[:_MOST]]


def _value(column: Column, written: dict[str, str]) -> str:
    text = written.get(column.name, "").strip()
    if not text:
        return _("missing")
    if isinstance(column, CategoryColumn):
        return text
    try:
        text = short(float(text))
    except ValueError:
        return text
    return f"{text} {column.unit}".strip()
