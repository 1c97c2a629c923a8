"""Do decisions rest on what lies outside of the relevant region?"""

from collections.abc import Iterator

from auditor.audits.findings.finding import Finding, Labelled, Severity, Threshold
from auditor.audits.findings.shortcuts import confirmed_spot
from auditor.audits.findings.words import (
    Things,
    counted,
    percent,
    position,
    things,
    where_cell,
    with_interval,
)
from auditor.explain.evidence import Evidence, Measure, MethodSummary, RegionImportance

_HOOK = "GDPR Art. 5(1)(a)"
Indexed = tuple[int, RegionImportance]


def outside_flips(evidence: Evidence) -> Iterator[Finding]:
    """Fire where exchanging what lies outside of the relevant region changes too many decisions."""
    outside, inside = _mask(evidence, "outside"), _mask(evidence, "inside")
    threshold = evidence.plan.thresholds.outside_flips
    if outside is None or not _above(outside[1].flips, threshold):
        return
    index, region = outside
    more = inside is not None and (region.flips.value or 0) > (inside[1].flips.value or 0)
    severity: Severity = "critical" if more else "warning"
    said = things(evidence)
    compared = f", against {percent(inside[1].flips.value or 0)} for {said.itself}" if inside else ""
    yield Finding(
        id="outside-flips",
        rule="outside-flips",
        rule_version=1,
        severity=severity,
        title=f"Decisions depend on {said.parts}",
        sentence=(
            f"{said.exchanging} changed {with_interval(region.flips)} of the decisions{compared}. "
            + (f"The model relies more on the {said.surroundings} than on the {said.region}." if more else "")
        ).strip(),
        measures=_flips(("outside", outside), ("inside", inside)),
        threshold=Threshold(name="outside_flips", value=threshold),
        pointer=f"/regions/{index}/flips",
        hook=f"{_HOOK}; GDPR Art. 5(1)(d)",
        action=(
            "Do not use the model for decisions until it is known what it reads there; retrain without it."
        ),
    )


def grid_cell(evidence: Evidence) -> Iterator[Finding]:
    """Fire where one small cell of the image or the volume decides more often than the threshold allows.

    A cell away from the border that decides less often than the relevant region is silent: it may be the part of
    that region where the finding lies. Cells of a volume are large, so its border is its corners. Where the shortcut
    rule names a spot that decides, that finding has the cell's numbers.
    """
    if confirmed_spot(evidence):
        return
    threshold = evidence.plan.thresholds.outside_flips
    inside = _mask(evidence, "inside")

    def stronger(cell: RegionImportance) -> bool:
        return inside is None or (cell.flips.value or 0) > (inside[1].flips.value or 0)

    def border(cell: RegionImportance) -> bool:
        ends = {0, evidence.plan.grid - 1}
        if cell.layer is not None:
            return {cell.layer, cell.row, cell.column} <= ends
        return bool({cell.row, cell.column} & ends)

    cells = [
        (i, cell)
        for i, cell in enumerate(evidence.regions)
        if cell.kind == "grid" and _above(cell.flips, threshold) and (border(cell) or stronger(cell))
    ]
    if not cells:
        return
    cells.sort(key=lambda cell: (-(cell[1].flips.value or 0), cell[0]))
    index, worst = cells[0]
    item, where = things(evidence).item, where_cell(worst, evidence.plan.grid)
    part, area = ("patch", "area") if worst.layer is None else ("part", "voxels")
    others = f" {counted(len(cells) - 1, 'other cell does', 'other cells do')} so, too." if cells[1:] else ""
    yield Finding(
        id="grid-cell",
        rule="grid-cell",
        rule_version=2,
        severity="critical" if border(worst) and stronger(worst) else "warning",
        title=f"A small {part} of the {item} decides: {where}",
        sentence=(
            f"Exchanging only one cell at the {where} of the {item} ({percent(worst.area.value or 0)} of its "
            f"{area}, {position(worst)} of the grid) changed {with_interval(worst.flips)} of the decisions.{others}"
        ),
        measures=_flips(*((_cell_name(cell), cell) for cell in cells[:3]), ("inside", inside)),
        threshold=Threshold(name="outside_flips", value=threshold),
        pointer=f"/regions/{index}/flips",
        hook=_HOOK,
        action=(
            f"Look at the {where} of the {item}s for markers, text or borders that go along with the label."
        ),
    )


def attribution_outside(evidence: Evidence) -> Iterator[Finding]:
    """Fire where methods put attribution outside, more than an even spread would.

    Silent where the shortcut rule names a spot that decides: the maps that point there are right to.
    """
    if confirmed_spot(evidence):
        return
    outside = _mask(evidence, "outside")
    if outside is None or outside[1].area.value is None:
        return
    area = outside[1].area.value
    indexed = [
        (i, method, method.outside) for i, method in enumerate(evidence.methods) if method.outside is not None
    ]
    beyond = [(i, method, measure) for i, method, measure in indexed if _above(measure, area)]
    if beyond:
        yield _mass(beyond, area, things(evidence))


def untested(evidence: Evidence) -> Iterator[Finding]:
    """Say where masks are missing, so that the relevance test was not made or not on every item."""
    facts = evidence.validation_set
    if facts.masks >= facts.items or evidence.model.spec.input.kind == "table":
        return
    none, said = facts.masks == 0, things(evidence)
    yield Finding(
        id="relevance-untested",
        rule="relevance-untested",
        rule_version=1,
        severity="note",
        title="The relevance test " + ("could not be made" if none else "covers a part of the set"),
        sentence=(
            f"No item has {said.marked}, so this report cannot say whether decisions rest on that."
            if none
            else f"{facts.masks} of {facts.items} items have {said.marked}; what is said of the "
            f"{said.region} is about those items only."
        ),
        pointer="/validation_set/masks",
        hook=_HOOK,
        action=f"Hand in a validation set whose items have {said.marked}, and audit again.",
    )


def _mass(beyond: list[tuple[int, MethodSummary, Measure]], area: float, said: Things) -> Finding:
    shares = ", ".join(f"{method.card.title} {percent(measure.value or 0)}" for _, method, measure in beyond)
    return Finding(
        id="attribution-outside",
        rule="attribution-outside",
        rule_version=2,
        severity="warning",
        title=f"Maps point outside of the {said.region}",
        sentence=(
            f"An even spread over the {said.item} would place {percent(area)} of the attribution outside of "
            f"the {said.region}. More than that lies there by {shares}."
        ),
        measures=tuple(
            Labelled(label=f"attribution outside, {method.card.title}", measure=measure)
            for _, method, measure in beyond
        ),
        threshold=Threshold(name=f"area outside of the {said.region}", value=area, set_by="rule"),
        pointer=f"/methods/{beyond[0][0]}/outside",
        hook=_HOOK,
        action=said.look,
    )


def _mask(evidence: Evidence, name: str) -> Indexed | None:
    matching = ((i, r) for i, r in enumerate(evidence.regions) if r.kind == "mask" and r.name == name)
    return next(matching, None)


def _above(measure: Measure, threshold: float) -> bool:
    return measure.low is not None and measure.low > threshold


def _cell_name(cell: Indexed) -> str:
    return f"cell in {position(cell[1])}"


def _flips(*regions: tuple[str, Indexed | None]) -> tuple[Labelled, ...]:
    return tuple(
        Labelled(label=f"decisions changed, {name}", measure=indexed[1].flips)
        for name, indexed in regions
        if indexed is not None
    )
