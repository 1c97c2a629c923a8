"""Does the model decide by what merely goes along with the label?"""

from collections.abc import Iterator

from auditor.audits.findings.finding import Finding, Labelled, Severity, Threshold
from auditor.audits.findings.words import (
    counted,
    percent,
    plain,
    position,
    things,
    where_cell,
    with_interval,
)
from auditor.explain.evidence import Evidence, Measure
from auditor.explain.shortcuts.documents import SCORES, Association, Column, Excess, Line, Within
from auditor.explain.shortcuts.verdict import (
    cells_of,
    falls,
    goes_along,
    over,
    strongest_of,
    widest_drop,
)

_HOOK = "GDPR Art. 5(1)(a), 9, 25"


def column(evidence: Evidence) -> Iterator[Finding]:
    """Fire for each group column by which the model decides, or which the set cannot tell from the label.

    Critical where the column goes along with the label, maps or scores with the column beyond the label, and labels
    are told apart less well within its values; a warning where performance falls or the maps go along without the
    other, or where the set cannot tell.
    """
    for index, line in _lines(evidence, "column"):
        found = evidence.shortcuts.columns[int(line.pointer.rpartition("/")[2])]
        strongest, drop, separation = strongest_of(found), widest_drop(found), found.separation
        if line.outcome == "found" and strongest and drop and separation:
            yield _decides_by(evidence, index, found, strongest, drop, separation)
        elif _together(evidence, found):
            partly = _partly(evidence, index, line, found)
            if partly is not None:
                yield partly


def spots(evidence: Evidence) -> Iterator[Finding]:
    """Fire where maps of like decisions meet in a small spot that decides when it is exchanged."""
    found = [(index, line) for index, line in _lines(evidence, "spot") if line.outcome == "found"]
    if found:
        yield _spots(evidence, found)


def confirmed_spot(evidence: Evidence) -> bool:
    """Whether `spots` fires; it says then what rules about single cells and about the maps would say again."""
    return any(line.outcome == "found" for _, line in _lines(evidence, "spot"))


def _lines(evidence: Evidence, kind: str) -> list[tuple[int, Line]]:
    lines = evidence.shortcuts.verdict.lines
    return [(index, line) for index, line in enumerate(lines) if line.kind == kind]


def _together(evidence: Evidence, found: Column) -> bool:
    return over(found.separation, evidence.plan.thresholds.shortcut_separation)


def _decides_by(
    evidence: Evidence,
    index: int,
    found: Column,
    strongest: Association,
    drop: Within,
    separation: Measure,
) -> Finding:
    said = things(evidence)
    return _finding(
        evidence,
        found,
        index,
        severity="critical",
        title=f"The model decides by {found.name}",
        sentence=(
            f"{said.item.capitalize()}s are told apart by {found.name}: {_shares(evidence, found, strongest)} "
            f"{_dropped(found, drop)} In this set {found.name} goes along with the label (Cramer's V "
            f"{plain(separation)}), so a model that recognises it scores well without reading the "
            f"{said.item}.{_where(evidence, found)}"
        ),
        measures=(*_measures(evidence, strongest, drop, separation), *_of_maps(evidence, found)),
        action=(
            f"Do not use the model where {found.name} differs from this set; collect {said.item}s of every label "
            f"for every value of {found.name}, train again with them balanced, and compare both audits."
        ),
    )


def _where(evidence: Evidence, found: Column) -> str:
    """Return how far the maps show it: which go along with the column most, and how much lies outside."""
    titles, said = _titles(evidence), things(evidence)
    sentences = []
    maps = _of_the_maps(found)
    if maps is not None:
        beyond = "beyond" if maps.adjusted <= 1 - evidence.plan.confidence else "not beyond"
        sentences.append(
            f" Of the maps, those of {titles.get(maps.of, maps.of)} go along with {found.name} most, {beyond} chance "
            f"({percent(maps.effect.value or 0.0)}; p = {maps.adjusted:.2g} after correction)."
        )
    shares = [(one.card.title, one.outside.value) for one in evidence.methods if one.outside is not None]
    told = ", ".join(f"{title} {percent(value)}" for title, value in shares if value is not None)
    if told:
        sentences.append(f" Outside of the {said.region} lies this much of the attribution: {told}.")
    return "".join(sentences)


def _of_maps(evidence: Evidence, found: Column) -> Iterator[Labelled]:
    """Yield the numbers that `_where` tells of."""
    maps, titles = _of_the_maps(found), _titles(evidence)
    if maps is not None:
        yield Labelled(label=f"partial R2 of maps, {titles.get(maps.of, maps.of)}", measure=maps.effect)
    for one in evidence.methods:
        if one.outside is not None and one.outside.value is not None:
            yield Labelled(label=f"attribution outside, {one.card.title}", measure=one.outside)


def _of_the_maps(found: Column) -> Association | None:
    """Return the association of maps with the smallest adjusted p value, of equals the one with the largest effect."""
    maps = tuple(one for one in found.associations if one.of != SCORES)
    return strongest_of(found.model_copy(update={"associations": maps}))


def _titles(evidence: Evidence) -> dict[str, str]:
    return {method.card.name: method.card.title for method in evidence.methods}


def _partly(evidence: Evidence, index: int, line: Line, found: Column) -> Finding | None:
    """Return the warning of a column of which a part of the evidence holds, if any does."""
    plan = evidence.plan
    strongest, drop = strongest_of(found), widest_drop(found)
    along = strongest is not None and goes_along(strongest, plan)
    fallen = falls(drop, evidence.plan)
    if found.separation is None or not (along or fallen or line.outcome == "not tested"):
        return None
    sentences = [
        f"In this set {found.name} goes along with the label (Cramer's V {plain(found.separation)})."
    ]
    if along and strongest is not None:
        sentences.append(_shares(evidence, found, strongest))
    if fallen and drop is not None:
        sentences.append(_dropped(found, drop))
    sentences.append(_open(along, fallen, drop))
    return _finding(
        evidence,
        found,
        index,
        severity="warning",
        title=f"The model may decide by {found.name}",
        sentence=" ".join(sentences),
        measures=_measures(evidence, strongest if along else None, drop, found.separation),
        action=(
            f"Audit again on a set that has every label for every value of {found.name}, so that the two can be "
            "told apart."
        ),
    )


def _open(along: bool, fallen: bool, drop: Within | None) -> str:
    if along and drop is None:
        return (
            "Whether performance rests on it could not be measured: no value has enough items of two labels."
        )
    if along:
        return "That performance rests on it was not shown."
    if fallen:
        return "That maps or scores go along with it beyond the label was not shown."
    return "Each label has one value only, so the set cannot show which of the two the model goes by."


def _shares(evidence: Evidence, found: Column, strongest: Association) -> str:
    titles = _titles(evidence)
    of = "the scores" if strongest.of == SCORES else f"the maps of {titles.get(strongest.of, strongest.of)}"
    return (
        f"Among items of the same label, {found.name} accounts for {with_interval(strongest.effect)} of how {of} "
        f"differ (p = {strongest.adjusted:.2g} after correction)."
    )


def _dropped(found: Column, drop: Within) -> str:
    return (
        f"The area under the ROC curve for {drop.of} is {plain(drop.overall)} over all pairs of items "
        f"and {plain(drop.within)} over pairs alike in {found.name}, "
        f"{plain(drop.drop)} less (p = {drop.p_value:.2g})."
    )


def _measures(
    evidence: Evidence, strongest: Association | None, drop: Within | None, separation: Measure
) -> tuple[Labelled, ...]:
    found = []
    if drop is not None:
        found.append(Labelled(label=f"drop of AUROC, {drop.of}", measure=drop.drop, share=False))
    if strongest is not None:
        found.append(Labelled(label="partial R2 beyond the label", measure=strongest.effect))
    if drop is not None:
        found += [
            Labelled(label=f"AUROC, {drop.of}, all pairs", measure=drop.overall, share=False),
            Labelled(label=f"AUROC, {drop.of}, pairs alike", measure=drop.within, share=False),
        ]
    found.append(Labelled(label="Cramer's V with the label", measure=separation, share=False))
    return tuple(found)


def _finding(
    evidence: Evidence,
    found: Column,
    index: int,
    *,
    severity: Severity,
    title: str,
    sentence: str,
    measures: tuple[Labelled, ...],
    action: str,
) -> Finding:
    return Finding(
        id=f"shortcut-{found.name}",
        rule="shortcut-column",
        rule_version=1,
        severity=severity,
        title=title,
        sentence=sentence,
        measures=measures,
        threshold=Threshold(name="shortcut_drop", value=evidence.plan.thresholds.shortcut_drop),
        pointer=f"/shortcuts/verdict/lines/{index}",
        hook=_HOOK,
        action=action,
    )


def _spots(evidence: Evidence, found: list[tuple[int, Line]]) -> Finding:
    _, line = found[0]
    place, _, number = line.pointer.removeprefix("/shortcuts/clusterings/").partition("/clusters/")
    clustering = evidence.shortcuts.clusterings[int(place)]
    cluster = clustering.clusters[int(number)]
    titles = {method.card.name: method.card.title for method in evidence.methods}
    method = titles.get(clustering.method, clustering.method)
    cells = cells_of(evidence.regions, cluster)
    strongest = max(cells, key=lambda cell: cell.flips.value or 0.0)
    said, where = things(evidence), where_cell(strongest, evidence.plan.grid)
    excess = _excess(cluster.excess[0]) if cluster.excess else ""
    others = counted(len(found) - 1, "other clustering shows", "other clusterings show")
    more = f" {others} such a spot, too." if found[1:] else ""
    outside = "outside of the relevant region" if cluster.relevant is not None else "at the border"
    measures = [Labelled(label=one.name, measure=one.measure) for one in line.numbers]
    measures += [
        Labelled(label=f"attribution outside, {one.card.title}", measure=one.outside)
        for one in evidence.methods
        if one.card.name == clustering.method and one.outside is not None
    ]
    return Finding(
        id="shortcut-spot",
        rule="shortcut-spot",
        rule_version=1,
        severity="critical",
        title=f"Decisions for {clustering.decided} rest on a small spot: {where}",
        sentence=(
            f"In {cluster.n} of the {clustering.n} {said.item}s decided as {clustering.decided}, the maps of {method} "
            f"are alike, and half of their attribution lies in {percent(cluster.area)} of the {said.item}, "
            f"{outside}.{excess} Exchanging the strongest cell of that spot, at the {where} ({position(strongest)} of "
            f"the grid), for that of one with another label changed {with_interval(strongest.flips)} of the "
            f"decisions.{more}"
        ),
        measures=tuple(measures),
        threshold=Threshold(name="outside_flips", value=evidence.plan.thresholds.outside_flips),
        pointer=line.pointer,
        hook=_HOOK,
        action=(
            f"Look at the {where} of these {said.item}s for markers, text or borders that go along with the label "
            f"(first at {', '.join(cluster.items[:3])}); remove them, train again and compare both audits."
        ),
    )


def _excess(excess: Excess) -> str:
    return f" {excess.n} of these carry {excess.column} = {excess.value}, where {excess.expected:.1f} would by chance."
