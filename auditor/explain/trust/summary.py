"""The trust measurements of a set, put together from those of its items."""

from collections.abc import Sequence

import numpy as np

from auditor.common.said import say
from auditor.explain.bootstrap import Bootstrap, Floats
from auditor.explain.evidence import ItemRecord, MethodSummary
from auditor.explain.measure import Measure
from auditor.explain.plan import Plan
from auditor.explain.trust.catalog import MEASURES
from auditor.explain.trust.documents import RANDOM, Agreement, ItemTrust, MethodTrust, NamedMeasure, Trust
from auditor.explain.trust.verdicts import trusted, verdicts

_SHARES = ("region_hit", "box_hit")  # shares of items
_CORRELATION = say("mean rank correlation of the maps of two methods of the same item")


def summarised(
    records: Sequence[ItemRecord], methods: Sequence[MethodSummary], stages: tuple[str, ...], plan: Plan
) -> Trust:
    """Return what is known of each method that was used, with intervals over the items that were tested.

    Every measure is a mean over the items that have it. `gain` compares a map with random maps of the same item, so
    that its interval is one of paired differences. `stages` names the layers that became random together.
    """
    bootstrap = Bootstrap.of(plan)
    used = [one for one in methods if one.applicable]
    found = [_method(one, _tests(records, one.card.name), plan, bootstrap) for one in used]
    random = _tests(records, RANDOM)
    tested = [record for record in records if any(one.deletion for one in record.trust.values())]
    return Trust(
        items=len(tested),
        fractions=_fractions(plan) if tested else (),
        stages=stages if any(one.randomised for one in found) else (),
        methods=_ranked(found),
        random=_measured(RANDOM, random, bootstrap) if random else None,
        agreement=_agreement(records, [one.card.name for one in used], bootstrap),
    )


def _tests(records: Sequence[ItemRecord], name: str) -> list[ItemTrust]:
    return [record.trust[name] for record in records if name in record.trust]


def _fractions(plan: Plan) -> tuple[float, ...]:
    steps = plan.trust.steps
    return tuple(step / steps for step in range(steps + 1))


def _method(
    summary: MethodSummary, tests: Sequence[ItemTrust], plan: Plan, bootstrap: Bootstrap
) -> MethodTrust:
    found = _measured(summary.card.name, tests, bootstrap)
    known = {one.name: one.measure for one in found.measures}
    if summary.completeness is not None:
        known["completeness"] = summary.completeness
    judged = verdicts(known, plan.thresholds)
    return found.model_copy(update={"verdicts": judged, "trusted": trusted(judged)})


def _measured(name: str, tests: Sequence[ItemTrust], bootstrap: Bootstrap) -> MethodTrust:
    """Return means and mean curves, without verdicts."""
    names = [name for name in MEASURES if any(name in one.values for one in tests)]
    columns = np.array([[one.values.get(name, np.nan) for name in names] for one in tests])
    measures = _means(
        columns, [MEASURES[name].how for name in names], bootstrap, [n in _SHARES for n in names]
    )
    return MethodTrust(
        method=name,
        measures=tuple(
            NamedMeasure(name=name, measure=one) for name, one in zip(names, measures, strict=True)
        ),
        deletion=_curve([one.deletion for one in tests if one.deletion]),
        insertion=_curve([one.insertion for one in tests if one.insertion]),
        randomised=tuple(_stages([one.randomised for one in tests if one.randomised], bootstrap)),
    )


def _means(
    columns: Floats, how: Sequence[str], bootstrap: Bootstrap, shares: Sequence[bool]
) -> list[Measure]:
    return bootstrap.means(columns, how, shares) if len(how) else []


def _curve(curves: Sequence[tuple[float, ...]]) -> tuple[float, ...]:
    return tuple(np.mean(curves, axis=0).tolist()) if curves else ()


def _stages(found: Sequence[tuple[float, ...]], bootstrap: Bootstrap) -> list[Measure]:
    """Return the mean rank correlation after each stage; an item's stages that lack one are NaN."""
    if not found:
        return []
    columns = np.array(found, dtype=np.float64)
    how = [
        say(
            "mean rank correlation of the absolute map with that of the model with %(random)s of "
            "%(stages)s stages random",
            random=stage + 1,
            stages=columns.shape[1],
        )
        for stage in range(columns.shape[1])
    ]
    return _means(columns, how, bootstrap, [False] * len(how))


def _ranked(found: Sequence[MethodTrust]) -> tuple[MethodTrust, ...]:
    """Return the methods with their ranks by gain; those without one have no rank."""
    gains = {
        place: one.measure.value
        for place, method in enumerate(found)
        for one in method.measures
        if one.name == "gain" and one.measure.value is not None
    }
    order = sorted(gains, key=lambda place: (-gains[place], place))
    ranks = {place: rank for rank, place in enumerate(order, start=1)}
    return tuple(method.model_copy(update={"rank": ranks.get(place)}) for place, method in enumerate(found))


def _agreement(
    records: Sequence[ItemRecord], names: Sequence[str], bootstrap: Bootstrap
) -> tuple[Agreement, ...]:
    """Return the mean agreement of every pair of methods, in the plan's order."""
    values: dict[tuple[str, str], list[float]] = {}
    for record in records:
        for one in record.agreement:
            pair = sorted((one.first, one.second), key=names.index)
            values.setdefault((pair[0], pair[1]), []).append(one.correlation)
    pairs = sorted(values, key=lambda pair: (names.index(pair[0]), names.index(pair[1])))
    return tuple(
        Agreement(
            first=first,
            second=second,
            measure=_means(np.array(values[first, second])[:, None], [_CORRELATION], bootstrap, [False])[0],
        )
        for first, second in pairs
    )
