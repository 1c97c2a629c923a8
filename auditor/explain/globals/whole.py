"""What a model rests on over a whole set, as evidence: importances of columns or regions, curves, mean attributions."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from auditor.common.errors import Refused
from auditor.common.said import Said, say
from auditor.explain.bootstrap import Bootstrap, Floats
from auditor.explain.globals.columns import column_features, curves_of_column
from auditor.explain.globals.curves import Labels, Predict, Rows, predicted
from auditor.explain.globals.documents import (
    Attribution,
    Feature,
    GlobalSettings,
    Importance,
    SetImportance,
    TableGlobals,
)
from auditor.explain.globals.table import Owners, Sage, losses, permutation_importance, sage
from auditor.explain.measure import Measure
from auditor.explain.seeds import drawn
from auditor.explain.spec import TableInput

_LOSS = say("mean cross entropy of the model, nats")
_SHUFFLED = say(
    "mean growth of the cross entropy when it is shuffled among items, %(shuffles)s shuffles, nats"
)
_SAGE = say("SAGE value, nats")
_ABSOLUTE = say("mean absolute attribution over items")
_SIGNED = say("mean attribution over items")


def table_importance(
    predict: Predict,
    rows: Floats,
    labels: Labels,
    spec: TableInput,
    classes: Sequence[str],
    settings: GlobalSettings,
    bootstrap: Bootstrap,
) -> TableGlobals:
    """Return importances of all columns, and curves of the most important, of a model of tables.

    `rows` (items, numbers) are the model's input before normalisation and `labels` (items,) positions in `classes`;
    `predict` answers rows with probabilities (rows, classes). A curve of numbers is made of a grid of quantiles, one
    of categories of the commonest; for two classes it is that of the second. The model is asked for about rows *
    (columns * repeats + curves * (grid + 2)) + orders * (columns + 1) * background rows at most.

    Raises Refused where there are fewer than two rows.
    """
    chosen = drawn(len(rows), settings.rows, bootstrap.seed)
    rows, labels = rows[chosen], labels[chosen]
    features = column_features(spec)
    importance = set_importance(predict, rows, labels, features, spec.owners, settings, bootstrap)
    sizes = [one.permutation.value or 0.0 for one in importance.columns]
    most = sorted(range(len(sizes)), key=lambda index: (-sizes[index], index))[: settings.curves]
    curves = (
        curve
        for index in most
        for curve in curves_of_column(predict, rows, spec, index, classes, settings, bootstrap)
    )
    return TableGlobals(importance=importance, curves=tuple(curves))


def set_importance(
    predict: Predict,
    rows: Rows,
    labels: Labels,
    features: Sequence[Feature],
    owners: Owners,
    settings: GlobalSettings,
    bootstrap: Bootstrap,
) -> SetImportance:
    """Return how much the loss rests on each feature, which owns those numbers of `rows` that `owners` gives it.

    Intervals of permutation importance resample items, the shuffles held fixed; those of SAGE are normal. Raises
    Refused where there are fewer than two rows.
    """
    if len(rows) < 2:
        raise Refused(
            say("The set has %(items)s items, and importances need at least two to shuffle.", items=len(rows))
        )
    seed = bootstrap.seed
    own = losses(predicted(predict, lambda part: rows[part], *rows.shape), labels)
    grown = permutation_importance(predict, rows, labels, owners, settings.repeats, seed)
    found = sage(
        predict,
        rows,
        labels,
        owners,
        rows[drawn(len(rows), settings.background, seed + 1)],
        most=settings.orders,
        tolerance=settings.tolerance,
        seed=seed,
    )
    how = [_LOSS, *[Said(_SHUFFLED.template, {"shuffles": settings.repeats})] * len(features)]
    loss, *permutation = bootstrap.means(np.column_stack((own, grown)), how, [False] * len(how))
    return SetImportance(
        columns=tuple(
            Importance(name=feature.name, title=feature.title, permutation=measure, sage=value)
            for feature, measure, value in zip(
                features, permutation, _sage_measures(found, bootstrap), strict=True
            )
        ),
        loss=loss,
        orders=found.orders,
        background=min(settings.background, len(rows)),
    )


def _sage_measures(found: Sage, bootstrap: Bootstrap) -> list[Measure]:
    how = (say("normal approximation from the standard error over %(orders)s orders", orders=found.orders),)
    reach = float(norm.ppf((1 + bootstrap.confidence) / 2)) * found.errors
    return [
        Measure(
            value=value,
            low=low,
            high=high,
            confidence=bootstrap.confidence,
            n=found.orders,
            method=_SAGE,
            how=how,
            seed=bootstrap.seed,
        )
        for value, low, high in np.stack(
            (found.values, found.values - reach, found.values + reach), 1
        ).tolist()
    ]


def mean_absolute_attribution(
    values: NDArray[Any], names: Sequence[str], bootstrap: Bootstrap
) -> tuple[Attribution, ...]:
    """Return local attributions (items, columns or regions) put together: their mean size and their mean.

    NaN marks an item without a value. A large mean size with a mean near zero says that the column speaks for the
    decision in some items and against it in others.

    References
    ----------
    S. Lundberg et al.: From Local Explanations to Global Understanding with Explainable AI for Trees. Nature Machine
    Intelligence 2, 2020.
    """
    table, count = np.asarray(values, dtype=np.float64), len(names)
    measures = bootstrap.means(
        np.concatenate((np.abs(table), table), axis=1),
        [_ABSOLUTE] * count + [_SIGNED] * count,
        [False] * 2 * count,
    )
    return tuple(
        Attribution(name=name, absolute=absolute, signed=signed)
        for name, absolute, signed in zip(names, measures[:count], measures[count:], strict=True)
    )
