"""What all tests say together: each line of evidence with its numbers, and whether a shortcut was found."""

from collections.abc import Iterator, Sequence

from auditor.common.said import Figure, say, verbatim
from auditor.explain.evidence import Measure, RegionImportance
from auditor.explain.plan import Plan, Thresholds
from auditor.explain.shortcuts.documents import (
    SCORES,
    Association,
    Cluster,
    Clustering,
    Column,
    Line,
    Outcome,
    Quoted,
    Verdict,
    Within,
)

_EXCHANGE: dict[Outcome, str] = {
    "found": say(
        "Exchanging what lies outside of the relevant region changes more decisions than exchanging that region."
    ),
    "not found": say(
        "Exchanging what lies outside of the relevant region does not decide more often than that region."
    ),
    "undecided": say(
        "Exchanging what lies outside of the relevant region may change more decisions than it should."
    ),
    "not tested": say("Too few items and their donors have a relevant region."),
}
_SPOT: dict[Outcome, str] = {
    "found": say("Maps of like decisions meet in a small spot, and exchanging that place changes decisions."),
    "not found": say(
        "Maps of like decisions meet in a small spot, and exchanging that place changes few decisions."
    ),
    "undecided": say("Maps of like decisions meet in a small spot; whether it decides could not be settled."),
}
_NO_SPOT = say(
    "No group of like maps meets in a small spot outside of the relevant region or, without "
    "one, at the border."
)
_SCORES: dict[Outcome, str] = {
    "found": say(
        "Beyond the label, the score goes along with it, and labels are told apart less well among items alike in the "
        "column."
    ),
    "not found": say(
        "The score goes along with it beyond the label by little, or labels are told apart as well without it."
    ),
    "undecided": say("Whether decisions go along with the column beyond the label could not be settled."),
    "not tested": say(
        "The set cannot tell what goes along with the column from what goes along with the label."
    ),
}
_MAPS: dict[Outcome, str] = {
    **_SCORES,
    "found": say(
        "Beyond the label, where maps point goes along with it, and labels are told apart less well among items alike "
        "in the column."
    ),
    "not found": say(
        "Where maps point goes along with it beyond the label by little, or labels are told apart as well without it."
    ),
}


_GRAVITY: tuple[Outcome, ...] = ("found", "undecided", "not found", "not tested")


def verdict(
    regions: Sequence[RegionImportance],
    beyond: Measure | None,
    clusterings: Sequence[Clustering],
    columns: Sequence[Column],
    plan: Plan,
) -> Verdict:
    """Return all lines and what they say together.

    One line that found a shortcut suffices. "not found" needs every line that was tested to say so, which needs upper
    bounds under the plan's thresholds, and at least one line tested. Where exchanging the surroundings was tested and
    found nothing, a column that shows neither an association nor a drop no longer keeps the whole undecided: few sets
    are large enough to exclude a small effect of every column, and its own line goes on saying so.
    """
    exchange = tuple(_exchange(regions, beyond, plan))
    told = [_column(index, column, plan) for index, column in enumerate(columns)]
    cleared = any(line.outcome == "not found" for line in exchange)
    heard = [
        line.outcome
        for line, column in zip(told, columns, strict=True)
        if not (cleared and line.outcome == "undecided" and _quiet(column, plan))
    ]
    asked = (*exchange, *_spots(regions, beyond, clusterings, plan.thresholds))
    outcome = together([*(line.outcome for line in asked), *heard])
    return Verdict(outcome=outcome, lines=(*asked, *told))


def together(outcomes: Sequence[Outcome]) -> Outcome:
    """Return what outcomes say together; lines that were not tested say nothing."""
    tested = [one for one in outcomes if one != "not tested"]
    if not tested:
        return "not tested"
    if "found" in tested:
        return "found"
    return "undecided" if "undecided" in tested else "not found"


def over(measure: Measure | None, threshold: float) -> bool:
    """Whether the whole interval is above a threshold."""
    return measure is not None and measure.low is not None and measure.low > threshold


def under(measure: Measure | None, threshold: float) -> bool:
    """Whether the whole interval is at or below a threshold."""
    return measure is not None and measure.high is not None and measure.high <= threshold


def _exchange(regions: Sequence[RegionImportance], beyond: Measure | None, plan: Plan) -> Iterator[Line]:
    """Yield what exchanging the surroundings says, where items were compared both ways; few of them say nothing."""
    place, outside = _mask(regions, "outside")
    if outside is None or beyond is None:
        return
    allowed = plan.thresholds.outside_flips
    outcome: Outcome = "undecided"
    if beyond.n < plan.minimum_group:
        outcome = "not tested"
    elif _decides_more(outside, beyond, allowed):
        outcome = "found"
    elif under(outside.flips, allowed) or (under(beyond, 0.0) and not over(outside.flips, allowed)):
        outcome = "not found"
    yield Line(
        kind="exchange",
        subject="",
        outcome=outcome,
        sentence=_EXCHANGE[outcome],
        numbers=(
            Quoted(name=say("decisions changed, outside"), measure=outside.flips, threshold=allowed),
            Quoted(name=say("decisions changed, outside less inside"), measure=beyond, threshold=0.0),
        ),
        pointer=f"/regions/{place}/flips",
    )


def _decides_more(outside: RegionImportance, beyond: Measure | None, allowed: float) -> bool:
    return over(outside.flips, allowed) and over(beyond, 0.0)


def _spots(
    regions: Sequence[RegionImportance],
    beyond: Measure | None,
    clusterings: Sequence[Clustering],
    thresholds: Thresholds,
) -> Iterator[Line]:
    """Yield a line for each clustering with a spot, of several the one that says most, or one that there is none."""
    if not any(one.clusters for one in clusterings):
        return
    spots = [
        [
            _spot(regions, beyond, clustering, cluster, thresholds, f"{place}/clusters/{number}")
            for number, cluster in enumerate(clustering.clusters)
            if cluster.spot
        ]
        for place, clustering in enumerate(clusterings)
    ]
    yield from (min(lines, key=lambda line: _GRAVITY.index(line.outcome)) for lines in spots if lines)
    if not any(spots):
        yield Line(
            kind="spot",
            subject="",
            outcome="not found",
            sentence=_NO_SPOT,
            pointer="/shortcuts/clusterings",
        )


def _spot(
    regions: Sequence[RegionImportance],
    beyond: Measure | None,
    clustering: Clustering,
    cluster: Cluster,
    thresholds: Thresholds,
    place: str,
) -> Line:
    _, inside = _mask(regions, "inside")
    _, outside = _mask(regions, "outside")
    allowed = thresholds.outside_flips
    cells = cells_of(regions, cluster)
    deciding = [cell for cell in cells if over(cell.flips, allowed) and _more(cell, inside)]
    outcome: Outcome = "undecided"
    if deciding or (outside is not None and _decides_more(outside, beyond, allowed)):
        outcome = "found"
    elif cells and all(under(cell.flips, allowed) for cell in cells):
        outcome = "not found"
    shown = max(deciding or cells, key=lambda cell: cell.flips.value or 0.0, default=None)
    quoted = [] if shown is None else [(say("decisions changed, strongest cell of the spot"), shown)]
    quoted += [] if inside is None else [(say("decisions changed, relevant region"), inside)]
    return Line(
        kind="spot",
        subject=say("%(method)s, %(decided)s", method=clustering.method, decided=clustering.decided),
        outcome=outcome,
        sentence=_SPOT[outcome],
        numbers=tuple(
            Quoted(name=name, measure=region.flips, threshold=None if region is inside else allowed)
            for name, region in quoted
        ),
        pointer=f"/shortcuts/clusterings/{place}",
    )


def cells_of(regions: Sequence[RegionImportance], cluster: Cluster) -> list[RegionImportance]:
    """Return the exchanged cells that a cluster's places are, of all layers of a volume."""
    places = set(cluster.cells)
    return [cell for cell in regions if cell.kind == "grid" and (cell.row, cell.column) in places]


def _more(cell: RegionImportance, inside: RegionImportance | None) -> bool:
    return inside is None or (cell.flips.value or 0.0) > (inside.flips.value or 0.0)


def _column(index: int, column: Column, plan: Plan) -> Line:
    thresholds = plan.thresholds
    strongest, drop = strongest_of(column), widest_drop(column)
    outcome = _column_outcome(column, strongest, drop, plan)
    numbers = []
    if column.separation is not None:
        numbers.append(
            Quoted(
                name=say("Cramer's V with the label"),
                measure=column.separation,
                threshold=thresholds.shortcut_separation,
            )
        )
    if strongest is not None:
        numbers.append(
            Quoted(
                name=say(
                    "partial R2, %(of)s (adjusted p = %(p)s)",
                    of=say("scores") if strongest.of == SCORES else strongest.of,
                    p=_short(strongest.adjusted),
                ),
                measure=strongest.effect,
                threshold=thresholds.shortcut_effect,
            )
        )
    if drop is not None:
        numbers.append(
            Quoted(
                name=say(
                    "drop of AUROC, %(of)s (p = %(p)s)", of=drop.of or "", p=_short(drop.p_value or 0.0)
                ),
                measure=drop.drop,
                threshold=thresholds.shortcut_drop,
            )
        )
    of_scores = strongest is not None and strongest.of == SCORES
    return Line(
        kind="column",
        subject=verbatim(column.name),
        outcome=outcome,
        sentence=(_SCORES if of_scores else _MAPS)[outcome],
        numbers=tuple(numbers),
        pointer=f"/shortcuts/columns/{index}",
    )


def _short(p: float) -> Figure:
    return Figure(float(f"{p:.3g}"))


def _column_outcome(
    column: Column, strongest: Association | None, drop: Within | None, plan: Plan
) -> Outcome:
    """Return what the tests of one column say.

    Found: maps or scores go along with it beyond the label, significantly after correction and by more than the
    threshold; the column goes along with the label; and labels are told apart less well within its values, by more
    than the threshold. Not found: one of these is ruled out by an upper bound.
    """
    thresholds = plan.thresholds
    drops = [one.drop for one in column.within if one.name == "auroc"]
    effects = [one.effect for one in column.associations]
    if not drops and not effects:
        return "not tested"
    if (
        strongest is not None
        and goes_along(strongest, plan)
        and over(column.separation, thresholds.shortcut_separation)
        and falls(drop, plan)
    ):
        return "found"
    ruled_out: list[tuple[Sequence[Measure], float]] = [
        (drops, thresholds.shortcut_drop),
        (effects, thresholds.shortcut_effect),
        ([] if column.separation is None else [column.separation], thresholds.shortcut_separation),
    ]
    excluded = any(found and all(under(one, most) for one in found) for found, most in ruled_out)
    return "not found" if excluded else "undecided"


def _quiet(column: Column, plan: Plan) -> bool:
    """Whether a column shows nothing: no association that stands, and no drop that does."""
    strongest = strongest_of(column)
    return not (strongest is not None and goes_along(strongest, plan)) and not falls(
        widest_drop(column), plan
    )


def goes_along(association: Association, plan: Plan) -> bool:
    """Whether an association is significant after correction and above the plan's threshold."""
    value = association.effect.value
    significant = association.adjusted <= 1 - plan.confidence
    return significant and value is not None and value > plan.thresholds.shortcut_effect


def falls(drop: Within | None, plan: Plan) -> bool:
    """Whether labels are told apart less well within a column, beyond chance, by more than the threshold.

    The test is one-sided, for only a drop speaks of a shortcut. It is not corrected for the number of columns: a column
    is found only where its association, which is corrected, stands, too (R. L. Berger: Multiparameter hypothesis
    testing and acceptance sampling. Technometrics 24, 1982).
    """
    if drop is None or drop.drop.value is None or drop.p_value is None:
        return False
    return drop.p_value <= 1 - plan.confidence and drop.drop.value > plan.thresholds.shortcut_drop


def strongest_of(column: Column) -> Association | None:
    """Return the association with the smallest adjusted p-value, of equals the one with the largest effect."""
    return min(column.associations, key=lambda one: (one.adjusted, -(one.effect.value or 0.0)), default=None)


def widest_drop(column: Column) -> Within | None:
    """Return the largest drop of the area under the ROC curve among pairs with the same value of a column."""
    drops = [one for one in column.within if one.p_value is not None]
    return max(drops, key=lambda one: one.drop.value or 0.0, default=None)


def _mask(regions: Sequence[RegionImportance], name: str) -> tuple[int, RegionImportance | None]:
    found = ((i, one) for i, one in enumerate(regions) if one.kind == "mask" and one.name == name)
    return next(found, (0, None))
