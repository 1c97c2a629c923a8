"""Counterfactuals of a table's row: other values of a few columns, all of them observed in the reference rows."""

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.bootstrap import Floats
from auditor.explain.counterfactuals.answer import facts
from auditor.explain.counterfactuals.columns import columns_of, rows_of, said
from auditor.explain.counterfactuals.documents import Alternative, Change, CounterfactualRecord
from auditor.explain.counterfactuals.neighbourhood import Neighbourhood, difference, ranges
from auditor.explain.counterfactuals.outcome import Outcome, answers
from auditor.explain.counterfactuals.search import Chosen, Edits, Found, Limits, Sets, search
from auditor.explain.counterfactuals.settings import CounterfactualSettings
from auditor.explain.model import AuditedModel
from auditor.explain.spec import NumberColumn, TableInput

_NOTHING_MAY_CHANGE = say(
    "No column may change: each is fixed, missing here, or has no other value among the reference rows."
)


@dataclass(frozen=True)
class Support:
    """What was observed: the values that each column may take, the ranges of numbers, and the reference rows."""

    spec: TableInput
    values: tuple[Floats, ...]
    neighbourhood: Neighbourhood

    @classmethod
    def of(
        cls, reference: Tensor, spec: TableInput, settings: CounterfactualSettings, seed: int
    ) -> "Support":
        """Return the support of reference rows (rows, numbers); made once, it serves all rows of a set.

        A number may take at most `levels` quantiles of its observed values, each of them an observed value.
        """
        rows = columns_of(reference, spec)
        numbers = np.array([isinstance(column, NumberColumn) for column in spec.columns])
        values = tuple(
            _values(column, settings.levels if n else None) for column, n in zip(rows.T, numbers, strict=True)
        )
        return cls(spec, values, Neighbourhood.of(rows, ranges(rows) * numbers, settings, seed))

    def edits(self, row: Floats) -> tuple[Edits, Floats]:
        """Return what may be done to a row (columns,), and the values that the edits put in, (edits,)."""
        places, costs, puts = [np.zeros(0, np.int64)], [np.zeros(0)], [np.zeros(0)]
        known = int((~np.isnan(row)).sum())
        for place, (column, values) in enumerate(zip(self.spec.columns, self.values, strict=True)):
            if column.fixed or np.isnan(row[place]):
                continue
            others = values[values != row[place]]
            places.append(np.full(len(others), place))
            costs.append(difference(others, row[place], self.neighbourhood.spreads[place]) / known)
            puts.append(others)
        return Edits(np.concatenate(places), np.concatenate(costs)), np.concatenate(puts)


@dataclass(frozen=True)
class _Row:
    """One row that edits are carried out on."""

    model: AuditedModel
    support: Support
    row: Floats
    edits: Edits
    values: Floats
    batch: int

    def changed(self, sets: Sets) -> Floats:
        """Return the row after each set of edits, (sets, columns)."""
        rows = np.repeat(self.row[None], len(sets), axis=0)
        np.put_along_axis(rows, self.edits.places[sets], self.values[sets], axis=1)
        return rows

    def probabilities(self, sets: Sets) -> Floats:
        spec = self.support.spec
        return answers(
            self.model, lambda part: rows_of(self.changed(sets[part]), spec), len(sets), self.batch
        )

    def nearness(self, sets: Sets) -> Floats:
        return self.support.neighbourhood.nearness(self.changed(sets), self.row)

    def alternative(self, chosen: Chosen) -> Alternative:
        changes = [(int(self.edits.places[edit]), self.values[edit]) for edit in chosen.edits]
        return Alternative(
            changes=tuple(self._change(place, value) for place, value in changes),
            distance=chosen.distance,
            nearness=chosen.nearness,
            predicted=self.model.classes[int(chosen.probabilities.argmax())],
            probabilities=tuple(chosen.probabilities.tolist()),
        )

    def _change(self, place: int, value: float) -> Change:
        column = self.support.spec.columns[place]
        return Change(column=column.name, before=said(column, self.row[place]), after=said(column, value))


def counterfactuals(
    model: AuditedModel,
    item: Tensor,
    reference: Tensor | Support,
    settings: CounterfactualSettings,
    seed: int,
    batch: int,
    target: int | None = None,
) -> CounterfactualRecord:
    """Return the smallest plausible changes of a row after which the model decides otherwise.

    Fewest changed columns come first, then the smallest Gower distance to the row. Columns that are `fixed` and values
    that are missing stay as they are. Where there is no such change, the record says why.

    Parameters
    ----------
    item : the row, float32 (numbers,), as the model's input describes it
    reference : rows that were observed, (rows, numbers), or their support made with the same settings and seed
    batch : the most rows that go through the model at once
    target : the class wanted instead, None for any other

    Raises
    ------
    Refused
        where the model does not take a table, or the target is none of its classes.
    """
    spec = model.spec.input
    if not isinstance(spec, TableInput):
        raise Refused(
            say(
                "Columns can be changed in a table only, and this model's input is of the kind %(kind)s.",
                kind=spec.kind,
            )
        )
    support = reference if isinstance(reference, Support) else Support.of(reference, spec, settings, seed)
    outcome, row = Outcome.of(model, item, target, settings.margin), columns_of(item[None], spec)[0]
    edits, values = support.edits(row)
    near = support.neighbourhood
    asked = _Row(model, support, row, edits, values, batch)
    reason = outcome.reason(model.classes) or near.reason or (None if len(values) else _NOTHING_MAY_CHANGE)
    if reason is None and near.bound is not None:
        limits = Limits(settings.most_columns, settings.count, settings.budget, near.bound)
        found = search(edits, asked, outcome, limits)
    else:
        found = Found()
    what = say("changes of up to %(columns)s columns", columns=settings.most_columns)
    return CounterfactualRecord(
        **facts(model, outcome, near, row, found, reason, what, seed),
        settings=settings,
        alternatives=tuple(map(asked.alternative, found.chosen)),
    )


def _values(column: Floats, levels: int | None) -> Floats:
    known = np.unique(column[~np.isnan(column)])
    if levels is None or len(known) <= levels:
        return known
    observed = column[~np.isnan(column)]
    return np.unique(np.quantile(observed, np.linspace(0, 1, levels), method="inverted_cdf"))
