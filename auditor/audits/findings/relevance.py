"""Do decisions rest on what lies outside of the relevant region?"""

from collections.abc import Iterator

from auditor.audits.findings.finding import Finding, Labelled, Severity, Threshold
from auditor.audits.findings.spots import confirmed_spot
from auditor.audits.findings.words import (
    by_kind,
    percent,
    position,
    regions_or_nodes,
    where_cell,
    with_interval,
)
from auditor.common.said import Said, Value, count, ours, say, sentences
from auditor.explain.evidence import Evidence, Measure, MethodSummary, RegionImportance

_HOOK = "GDPR Art. 5(1)(a)"
_CHANGED_OUTSIDE, _CHANGED_INSIDE = say("decisions changed, outside"), say("decisions changed, inside")
Indexed = tuple[int, RegionImportance]

_DEPENDS = {
    "image": say("Decisions depend on image parts outside of the relevant region"),
    "volume": say("Decisions depend on volume parts outside of the relevant region"),
    "graph": say("Decisions depend on nodes other than the relevant ones"),
}
_EXCHANGED = {
    "image": say(
        "Exchanging the part of the image that lies outside of the medically relevant region for that of another "
        "patient changed %(share)s of the decisions."
    ),
    "volume": say(
        "Exchanging the part of the volume that lies outside of the medically relevant region for that of another "
        "patient changed %(share)s of the decisions."
    ),
    "graph": say(
        "Taking away all nodes but the relevant ones, with their edges, changed %(share)s of the decisions."
    ),
}
_AGAINST = regions_or_nodes(
    say("Exchanging the region itself changed %(share)s."),
    say("Taking away the relevant nodes themselves changed %(share)s."),
)
_RELIES = regions_or_nodes(
    say("The model relies more on the surroundings than on the relevant region."),
    say("The model relies more on other nodes than on the relevant nodes."),
)
_SMALL = {
    "image": say("A small patch of the image decides: %(where)s"),
    "volume": say("A small part of the volume decides: %(where)s"),
}
_ONE_CELL = {
    "image": say(
        "Exchanging only one cell of the image (%(where)s; %(area)s of its area, %(position)s of the grid) changed "
        "%(share)s of the decisions."
    ),
    "volume": say(
        "Exchanging only one cell of the volume (%(where)s; %(area)s of its voxels, %(position)s of the grid) changed "
        "%(share)s of the decisions."
    ),
}
_LOOK_THERE = {
    "image": say(
        "Look at this place of the images for markers, text or borders that go along with the label: %(where)s."
    ),
    "volume": say(
        "Look at this place of the volumes for markers, text or borders that go along with the label: %(where)s."
    ),
}
_OUTSIDE = regions_or_nodes(
    say("Maps point outside of the relevant region"), say("Maps point outside of the relevant nodes")
)
_SPREAD = {
    "image": say(
        "An even spread over the image would place %(area)s of the attribution outside of the relevant region. More "
        "than that lies there by these methods: %(shares)s."
    ),
    "volume": say(
        "An even spread over the volume would place %(area)s of the attribution outside of the relevant region. More "
        "than that lies there by these methods: %(shares)s."
    ),
    "graph": say(
        "An even spread over the graph would place %(area)s of the attribution outside of the relevant nodes. More "
        "than that lies there by these methods: %(shares)s."
    ),
}
_AREA = regions_or_nodes(
    say("area outside of the relevant region"), say("area outside of the relevant nodes")
)
_READ = regions_or_nodes(
    say("Read the gallery with the outlines of the relevant region before showing such a map to a person."),
    say("Read the gallery with the rings around the relevant nodes before showing such a map to a person."),
)
_NONE_MARKED = regions_or_nodes(
    say(
        "No item has a mask of the relevant region, so this report cannot say whether decisions rest on that."
    ),
    say("No item has relevant nodes named, so this report cannot say whether decisions rest on that."),
)
_SOME_MARKED = regions_or_nodes(
    say(
        "%(marked)s of %(items)s items have a mask of the relevant region; what is said of the relevant region is "
        "about those items only."
    ),
    say(
        "%(marked)s of %(items)s items have relevant nodes named; what is said of the relevant nodes is about those "
        "items only."
    ),
)
_MARK = regions_or_nodes(
    say("Hand in a validation set whose items have a mask of the relevant region, and audit again."),
    say("Hand in a validation set whose items have relevant nodes named, and audit again."),
)


def outside_flips(evidence: Evidence) -> Iterator[Finding]:
    """Fire where exchanging what lies outside of the relevant region changes too many decisions."""
    outside, inside = _mask(evidence, "outside"), _mask(evidence, "inside")
    threshold = evidence.plan.thresholds.outside_flips
    if outside is None or not _above(outside[1].flips, threshold):
        return
    index, region = outside
    more = inside is not None and (region.flips.value or 0) > (inside[1].flips.value or 0)
    severity: Severity = "critical" if more else "warning"
    changed = by_kind(evidence, _EXCHANGED, share=with_interval(region.flips))
    against = by_kind(evidence, _AGAINST, share=percent(inside[1].flips.value or 0)) if inside else ""
    yield Finding(
        id="outside-flips",
        rule="outside-flips",
        rule_version=1,
        severity=severity,
        title=by_kind(evidence, _DEPENDS),
        sentence=sentences(changed, against, by_kind(evidence, _RELIES) if more else ""),
        measures=_flips((_CHANGED_OUTSIDE, outside), (_CHANGED_INSIDE, inside)),
        threshold=Threshold(name="outside_flips", value=threshold),
        pointer=f"/regions/{index}/flips",
        hook=f"{_HOOK}; GDPR Art. 5(1)(d)",
        action=say(
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
    where = where_cell(worst, evidence.plan.grid)
    changed = by_kind(
        evidence,
        _ONE_CELL,
        where=where,
        area=percent(worst.area.value or 0),
        position=position(worst),
        share=with_interval(worst.flips),
    )
    others = count("%(n)s other cell does so, too.", "%(n)s other cells do so, too.", len(cells) - 1)
    yield Finding(
        id="grid-cell",
        rule="grid-cell",
        rule_version=2,
        severity="critical" if border(worst) and stronger(worst) else "warning",
        title=by_kind(evidence, _SMALL, where=where),
        sentence=sentences(changed, others if cells[1:] else ""),
        measures=_flips(*((_cell_name(cell), cell) for cell in cells[:3]), (_CHANGED_INSIDE, inside)),
        threshold=Threshold(name="outside_flips", value=threshold),
        pointer=f"/regions/{index}/flips",
        hook=_HOOK,
        action=by_kind(evidence, _LOOK_THERE, where=where),
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
        yield _mass(beyond, area, evidence)


def untested(evidence: Evidence) -> Iterator[Finding]:
    """Say where masks are missing, so that the relevance test was not made or not on every item."""
    facts = evidence.validation_set
    if facts.masks >= facts.items or evidence.model.spec.input.kind == "table":
        return
    none = facts.masks == 0
    yield Finding(
        id="relevance-untested",
        rule="relevance-untested",
        rule_version=1,
        severity="note",
        title=(
            say("The relevance test could not be made")
            if none
            else say("The relevance test covers a part of the set")
        ),
        sentence=(
            by_kind(evidence, _NONE_MARKED)
            if none
            else by_kind(evidence, _SOME_MARKED, marked=facts.masks, items=facts.items)
        ),
        pointer="/validation_set/masks",
        hook=_HOOK,
        action=by_kind(evidence, _MARK),
    )


def _mass(beyond: list[tuple[int, MethodSummary, Measure]], area: float, evidence: Evidence) -> Finding:
    shares: tuple[Value, ...] = tuple(
        say("%(method)s %(share)s", method=ours(method.card.title), share=percent(measure.value or 0))
        for _, method, measure in beyond
    )
    return Finding(
        id="attribution-outside",
        rule="attribution-outside",
        rule_version=2,
        severity="warning",
        title=by_kind(evidence, _OUTSIDE),
        sentence=by_kind(evidence, _SPREAD, area=percent(area), shares=shares),
        measures=tuple(
            Labelled(
                label=say("attribution outside, %(method)s", method=ours(method.card.title)), measure=measure
            )
            for _, method, measure in beyond
        ),
        threshold=Threshold(name=by_kind(evidence, _AREA), value=area, set_by="rule"),
        pointer=f"/methods/{beyond[0][0]}/outside",
        hook=_HOOK,
        action=by_kind(evidence, _READ),
    )


def _mask(evidence: Evidence, name: str) -> Indexed | None:
    matching = ((i, r) for i, r in enumerate(evidence.regions) if r.kind == "mask" and r.name == name)
    return next(matching, None)


def _above(measure: Measure, threshold: float) -> bool:
    return measure.low is not None and measure.low > threshold


def _cell_name(cell: Indexed) -> Said:
    return say("decisions changed, cell in %(position)s", position=position(cell[1]))


def _flips(*regions: tuple[Said, Indexed | None]) -> tuple[Labelled, ...]:
    return tuple(
        Labelled(label=label, measure=indexed[1].flips) for label, indexed in regions if indexed is not None
    )
