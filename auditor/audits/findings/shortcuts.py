"""Does the model decide by what merely goes along with the label?"""

from collections.abc import Iterator

from auditor.audits.findings.finding import Finding, Labelled, Severity, Threshold
from auditor.audits.findings.words import (
    by_kind,
    percent,
    plain,
    regions_or_nodes,
    rounded,
    with_interval,
)
from auditor.common.said import Said, Value, ours, say, sentences
from auditor.explain.evidence import Evidence, Measure, MethodSummary
from auditor.explain.shortcuts.documents import SCORES, Association, Column, Line, Within
from auditor.explain.shortcuts.verdict import (
    falls,
    goes_along,
    over,
    strongest_of,
    widest_drop,
)

_HOOK = "GDPR Art. 5(1)(a), 9, 25"
_TOLD_APART = {
    "image": say("Images are told apart by %(column)s."),
    "volume": say("Volumes are told apart by %(column)s."),
    "graph": say("Graphs are told apart by %(column)s."),
    "table": say("Rows are told apart by %(column)s."),
}
_GOES_ALONG = {
    "image": say(
        "In this set %(column)s goes along with the label (Cramer's V %(v)s), so a model that recognises it scores "
        "well without reading the image."
    ),
    "volume": say(
        "In this set %(column)s goes along with the label (Cramer's V %(v)s), so a model that recognises it scores "
        "well without reading the volume."
    ),
    "graph": say(
        "In this set %(column)s goes along with the label (Cramer's V %(v)s), so a model that recognises it scores "
        "well without reading the graph."
    ),
    "table": say(
        "In this set %(column)s goes along with the label (Cramer's V %(v)s), so a model that recognises it scores "
        "well without reading the rest of the row."
    ),
}
_COLLECT = {
    "image": say(
        "Do not use the model where %(column)s differs from this set; collect images of every label for every value "
        "of %(column)s, train again with them balanced, and compare both audits."
    ),
    "volume": say(
        "Do not use the model where %(column)s differs from this set; collect volumes of every label for every value "
        "of %(column)s, train again with them balanced, and compare both audits."
    ),
    "graph": say(
        "Do not use the model where %(column)s differs from this set; collect graphs of every label for every value "
        "of %(column)s, train again with them balanced, and compare both audits."
    ),
    "table": say(
        "Do not use the model where %(column)s differs from this set; collect rows of every label for every value of "
        "%(column)s, train again with them balanced, and compare both audits."
    ),
}
_THIS_MUCH = regions_or_nodes(
    say("Outside of the relevant region lies this much of the attribution: %(shares)s."),
    say("Outside of the relevant nodes lies this much of the attribution: %(shares)s."),
)


def column(evidence: Evidence) -> Iterator[Finding]:
    """Fire for each group column by which the model decides, or which the set cannot tell from the label.

    Critical where the column goes along with the label, maps or scores with the column beyond the label, and labels
    are told apart less well within its values; a warning where performance falls or the maps go along without the
    other, or where the set cannot tell.
    """
    for index, line in _lines(evidence):
        found = evidence.shortcuts.columns[int(line.pointer.rpartition("/")[2])]
        strongest, drop, separation = strongest_of(found), widest_drop(found), found.separation
        if line.outcome == "found" and strongest and drop and separation:
            yield _decides_by(evidence, index, found, strongest, drop, separation)
        elif _together(evidence, found):
            partly = _partly(evidence, index, line, found)
            if partly is not None:
                yield partly


def _lines(evidence: Evidence) -> list[tuple[int, Line]]:
    lines = evidence.shortcuts.verdict.lines
    return [(index, line) for index, line in enumerate(lines) if line.kind == "column"]


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
    return _finding(
        evidence,
        found,
        index,
        severity="critical",
        title=say("The model decides by %(column)s", column=found.name),
        sentence=sentences(
            by_kind(evidence, _TOLD_APART, column=found.name),
            _shares(evidence, found, strongest),
            _dropped(found, drop),
            by_kind(evidence, _GOES_ALONG, column=found.name, v=plain(separation)),
            *_where(evidence, found),
        ),
        measures=(*_measures(evidence, strongest, drop, separation), *_of_maps(evidence, found)),
        action=by_kind(evidence, _COLLECT, column=found.name),
    )


def _where(evidence: Evidence, found: Column) -> Iterator[Said]:
    """Yield how far the maps show it: which go along with the column most, and how much lies outside."""
    maps = _of_the_maps(found)
    if maps is not None:
        values: dict[str, Value] = {
            "method": _title(evidence, maps.of),
            "column": found.name,
            "share": percent(maps.effect.value or 0.0),
            "p": rounded(maps.adjusted),
        }
        if maps.adjusted <= 1 - evidence.plan.confidence:
            yield say(
                "Of the maps, those of %(method)s go along with %(column)s most, beyond chance (%(share)s; p = %(p)s "
                "after correction).",
                **values,
            )
        else:
            yield say(
                "Of the maps, those of %(method)s go along with %(column)s most, not beyond chance (%(share)s; "
                "p = %(p)s after correction).",
                **values,
            )
    shares = [(one.card.title, one.outside.value) for one in evidence.methods if one.outside is not None]
    told: tuple[Value, ...] = tuple(
        say("%(method)s %(share)s", method=ours(title), share=percent(value))
        for title, value in shares
        if value is not None
    )
    if told:
        yield by_kind(evidence, _THIS_MUCH, shares=told)


def _of_maps(evidence: Evidence, found: Column) -> Iterator[Labelled]:
    """Yield the numbers that `_where` tells of."""
    maps = _of_the_maps(found)
    if maps is not None:
        label = say("partial R2 of maps, %(method)s", method=_title(evidence, maps.of))
        yield Labelled(label=label, measure=maps.effect)
    for one in evidence.methods:
        if one.outside is not None and one.outside.value is not None:
            yield Labelled(label=_outside(one), measure=one.outside)


def _of_the_maps(found: Column) -> Association | None:
    """Return the association of maps with the smallest adjusted p value, of equals the one with the largest effect."""
    maps = tuple(one for one in found.associations if one.of != SCORES)
    return strongest_of(found.model_copy(update={"associations": maps}))


def _title(evidence: Evidence, name: str) -> Said:
    titles = {method.card.name: method.card.title for method in evidence.methods}
    return ours(titles.get(name, name))


def _outside(method: MethodSummary) -> Said:
    return say("attribution outside, %(method)s", method=ours(method.card.title))


def _partly(evidence: Evidence, index: int, line: Line, found: Column) -> Finding | None:
    """Return the warning of a column of which a part of the evidence holds, if any does."""
    plan = evidence.plan
    strongest, drop = strongest_of(found), widest_drop(found)
    along = strongest is not None and goes_along(strongest, plan)
    fallen = falls(drop, evidence.plan)
    if found.separation is None or not (along or fallen or line.outcome == "not tested"):
        return None
    said = [
        say(
            "In this set %(column)s goes along with the label (Cramer's V %(v)s).",
            column=found.name,
            v=plain(found.separation),
        )
    ]
    if along and strongest is not None:
        said.append(_shares(evidence, found, strongest))
    if fallen and drop is not None:
        said.append(_dropped(found, drop))
    said.append(_open(along, fallen, drop))
    return _finding(
        evidence,
        found,
        index,
        severity="warning",
        title=say("The model may decide by %(column)s", column=found.name),
        sentence=sentences(*said),
        measures=_measures(evidence, strongest if along else None, drop, found.separation),
        action=say(
            "Audit again on a set that has every label for every value of %(column)s, so that the two can be told "
            "apart.",
            column=found.name,
        ),
    )


def _open(along: bool, fallen: bool, drop: Within | None) -> Said:
    if along and drop is None:
        return say(
            "Whether performance rests on it could not be measured: no value has enough items of two labels."
        )
    if along:
        return say("That performance rests on it was not shown.")
    if fallen:
        return say("That maps or scores go along with it beyond the label was not shown.")
    return say("Each label has one value only, so the set cannot show which of the two the model goes by.")


def _shares(evidence: Evidence, found: Column, strongest: Association) -> Said:
    values: dict[str, Value] = {
        "column": found.name,
        "share": with_interval(strongest.effect),
        "p": rounded(strongest.adjusted),
    }
    if strongest.of == SCORES:
        return say(
            "Among items of the same label, %(column)s accounts for %(share)s of how the scores differ (p = %(p)s "
            "after correction).",
            **values,
        )
    return say(
        "Among items of the same label, %(column)s accounts for %(share)s of how the maps of %(method)s differ "
        "(p = %(p)s after correction).",
        method=_title(evidence, strongest.of),
        **values,
    )


def _dropped(found: Column, drop: Within) -> Said:
    return say(
        "The area under the ROC curve for %(of)s is %(overall)s over all pairs of items and %(within)s over pairs "
        "alike in %(column)s, %(drop)s less (p = %(p)s).",
        of=drop.of or "",
        overall=plain(drop.overall),
        within=plain(drop.within),
        column=found.name,
        drop=plain(drop.drop),
        p=rounded(drop.p_value),
    )


def _measures(
    evidence: Evidence, strongest: Association | None, drop: Within | None, separation: Measure
) -> tuple[Labelled, ...]:
    found = []
    if drop is not None:
        found.append(
            Labelled(label=say("drop of AUROC, %(of)s", of=drop.of or ""), measure=drop.drop, share=False)
        )
    if strongest is not None:
        found.append(Labelled(label=say("partial R2 beyond the label"), measure=strongest.effect))
    if drop is not None:
        found += [
            Labelled(
                label=say("AUROC, %(of)s, all pairs", of=drop.of or ""), measure=drop.overall, share=False
            ),
            Labelled(
                label=say("AUROC, %(of)s, pairs alike", of=drop.of or ""), measure=drop.within, share=False
            ),
        ]
    found.append(Labelled(label=say("Cramer's V with the label"), measure=separation, share=False))
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
