"""Performance by group and by intersection of two groups, with all items accounted for and none disclosed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from auditor.common.said import Said, say, some_of
from auditor.explain.bootstrap import Bootstrap
from auditor.explain.performance.answers import Answers, Chosen
from auditor.explain.performance.disclosure import Cell, sizes_of, withheld, withheld_cells
from auditor.explain.performance.documents import Account, GroupPerformance, Intersection
from auditor.explain.performance.metrics import metrics, quick_metrics

_MOST = 400  # intersections that are measured

Values = tuple[str | None, ...]


@dataclass(frozen=True)
class Column:
    """One group column: its name, each item's value (None where it has none) and the values that are not printed."""

    name: str
    values: Values
    hidden: frozenset[str | None]

    @property
    def found(self) -> list[str]:
        """The values that occur, in order."""
        return sorted({value for value in self.values if value is not None})

    @property
    def shown(self) -> list[str]:
        """The values that may be printed, in order."""
        return [value for value in self.found if value not in self.hidden]

    def having(self, value: str | None) -> Chosen:
        """Return which items carry a value, (items,)."""
        return np.array([one == value for one in self.values])


def columns_of(groups: Sequence[dict[str, str]], minimum: int) -> list[Column]:
    """Return the columns that occur in the items' groups, in order."""
    made = []
    for name in sorted({name for one in groups for name in one}):
        values = tuple(one.get(name) for one in groups)
        made.append(Column(name, values, frozenset(withheld(sizes_of(values), minimum))))
    return made


def by_group(
    column: Column, answers: Answers, classes: Sequence[str], bootstrap: Bootstrap, minimum: int
) -> list[GroupPerformance]:
    """Return the performance of each value of a column; a suppressed one has neither size nor metrics."""
    made = []
    for value in column.found:
        chosen, hidden = column.having(value), value in column.hidden
        n = int(chosen.sum())
        made.append(
            GroupPerformance(
                column=column.name,
                value=value,
                n=None if hidden else n,
                suppressed=hidden,
                metrics=() if hidden else metrics(answers.of(chosen), classes, bootstrap, minimum),
                why=("small" if n < minimum else "complement") if hidden else None,
            )
        )
    return made


def account(column: Column) -> Account:
    """Return where the items of a column went."""
    measured = sum(value in column.shown for value in column.values)
    return Account(
        columns=(column.name,),
        measured=measured,
        withheld=len(column.values) - measured,
        groups=len(column.found),
        suppressed=len(column.found) - len(column.shown),
    )


@dataclass
class Crossed:
    """The intersections of all pairs of columns, where the items went, and what was left out for its cost."""

    intersections: list[Intersection]
    accounts: list[Account]
    left_out: list[str]


def crossed(
    columns: Sequence[Column], answers: Answers, classes: Sequence[str], bootstrap: Bootstrap, minimum: int
) -> Crossed:
    """Return the intersections of two columns each; pairs are left out that would make them more than 400."""
    made, skipped = Crossed([], [], []), list[Said]()
    for first, second in combinations(columns, 2):
        cells = list(zip(first.values, second.values, strict=True))
        sizes = sizes_of(cells)
        shown = sorted(set(sizes) - withheld_cells(sizes, set(first.hidden), set(second.hidden), minimum))
        if len(made.intersections) + len(shown) > _MOST:
            skipped.append(say("%(first)s with %(second)s", first=first.name, second=second.name))
            continue
        made.accounts.append(_account(first, second, sizes, shown))
        for cell in shown:
            chosen = np.array([one == cell for one in cells])
            made.intersections.append(
                Intersection(
                    columns=(first.name, second.name),
                    values=(str(cell[0]), str(cell[1])),
                    n=sizes[cell],
                    metrics=quick_metrics(answers.of(chosen), classes, bootstrap),
                )
            )
    if skipped:
        made.left_out.append(_too_many(skipped))
    return made


def _account(first: Column, second: Column, sizes: dict[Cell, int], shown: list[Cell]) -> Account:
    measured = sum(sizes[cell] for cell in shown)
    full = [cell for cell in sizes if None not in cell]
    return Account(
        columns=(first.name, second.name),
        measured=measured,
        withheld=sum(sizes.values()) - measured,
        groups=len(full),
        suppressed=len(full) - len(shown),
    )


def _too_many(skipped: list[Said]) -> str:
    return say(
        "Intersections of %(named)s were not measured: more than %(most)s would be.",
        named=some_of(skipped, 6),
        most=_MOST,
    )
