"""Do maps of like decisions meet in a small spot that decides?"""

from collections.abc import Iterator

from auditor.audits.findings.finding import Finding, Labelled, Threshold
from auditor.audits.findings.words import by_kind, percent, position, where_cell, with_interval
from auditor.common.said import Figure, Said, Value, count, ours, say, sentences
from auditor.explain.evidence import Evidence
from auditor.explain.shortcuts.documents import Clustering, Excess, Line
from auditor.explain.shortcuts.verdict import cells_of

_OUTSIDE = {
    "image": say(
        "In %(n)s of the %(all)s images decided as %(decided)s, the maps of %(method)s are alike, and half of their "
        "attribution lies in %(area)s of the image, outside of the relevant region."
    ),
    "volume": say(
        "In %(n)s of the %(all)s volumes decided as %(decided)s, the maps of %(method)s are alike, and half of their "
        "attribution lies in %(area)s of the volume, outside of the relevant region."
    ),
}
_AT_THE_BORDER = {
    "image": say(
        "In %(n)s of the %(all)s images decided as %(decided)s, the maps of %(method)s are alike, and half of their "
        "attribution lies in %(area)s of the image, at the border."
    ),
    "volume": say(
        "In %(n)s of the %(all)s volumes decided as %(decided)s, the maps of %(method)s are alike, and half of their "
        "attribution lies in %(area)s of the volume, at the border."
    ),
}
_LOOK = {
    "image": say(
        "Look at this place of these images for markers, text or borders that go along with the label: %(where)s "
        "(first at %(items)s); remove them, train again and compare both audits."
    ),
    "volume": say(
        "Look at this place of these volumes for markers, text or borders that go along with the label: %(where)s "
        "(first at %(items)s); remove them, train again and compare both audits."
    ),
}


def spots(evidence: Evidence) -> Iterator[Finding]:
    """Fire where maps of like decisions meet in a small spot that decides when it is exchanged."""
    found = _found(evidence)
    if found:
        yield _spots(evidence, found)


def confirmed_spot(evidence: Evidence) -> bool:
    """Whether `spots` fires; it says then what rules about single cells and about the maps would say again."""
    return bool(_found(evidence))


def _found(evidence: Evidence) -> list[Line]:
    return [
        line for line in evidence.shortcuts.verdict.lines if (line.kind, line.outcome) == ("spot", "found")
    ]


def _spots(evidence: Evidence, found: list[Line]) -> Finding:
    line = found[0]
    where_from, _, number = line.pointer.removeprefix("/shortcuts/clusterings/").partition("/clusters/")
    clustering = evidence.shortcuts.clusterings[int(where_from)]
    cluster = clustering.clusters[int(number)]
    cells = cells_of(evidence.regions, cluster)
    strongest = max(cells, key=lambda cell: cell.flips.value or 0.0)
    where = where_cell(strongest, evidence.plan.grid)
    values: dict[str, Value] = {
        "n": cluster.n,
        "all": clustering.n,
        "decided": clustering.decided,
        "method": _title(evidence, clustering.method),
        "area": percent(cluster.area),
    }
    exchanged = say(
        "Exchanging the strongest cell of that spot (%(where)s; %(position)s of the grid) for that of one with another "
        "label changed %(share)s of the decisions.",
        where=where,
        position=position(strongest),
        share=with_interval(strongest.flips),
    )
    others = count(
        "%(n)s other clustering shows such a spot, too.",
        "%(n)s other clusterings show such a spot, too.",
        len(found) - 1,
    )
    return Finding(
        id="shortcut-spot",
        rule="shortcut-spot",
        rule_version=1,
        severity="critical",
        title=say(
            "Decisions for %(decided)s rest on a small spot: %(where)s",
            decided=clustering.decided,
            where=where,
        ),
        sentence=sentences(
            by_kind(evidence, _AT_THE_BORDER if cluster.relevant is None else _OUTSIDE, **values),
            _excess(cluster.excess[0]) if cluster.excess else "",
            exchanged,
            others if found[1:] else "",
        ),
        measures=_measures(evidence, line, clustering),
        threshold=Threshold(name="outside_flips", value=evidence.plan.thresholds.outside_flips),
        pointer=line.pointer,
        hook="GDPR Art. 5(1)(a), 9, 25",
        action=by_kind(evidence, _LOOK, where=where, items=tuple(cluster.items[:3])),
    )


def _measures(evidence: Evidence, line: Line, clustering: Clustering) -> tuple[Labelled, ...]:
    quoted = [Labelled(label=one.name, measure=one.measure) for one in line.numbers]
    outside = [
        Labelled(
            label=say("attribution outside, %(method)s", method=ours(one.card.title)), measure=one.outside
        )
        for one in evidence.methods
        if one.card.name == clustering.method and one.outside is not None
    ]
    return (*quoted, *outside)


def _excess(excess: Excess) -> Said:
    return say(
        "%(n)s of these carry %(column)s = %(value)s, where %(expected)s would by chance.",
        n=excess.n,
        column=excess.column,
        value=excess.value,
        expected=Figure(excess.expected, 1),
    )


def _title(evidence: Evidence, name: str) -> Said:
    titles = {method.card.name: method.card.title for method in evidence.methods}
    return ours(titles.get(name, name))
