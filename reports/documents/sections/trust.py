"""Whether the explanations can be trusted: verdicts, and the measurements that they rest on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from auditor.explain.measure import Measure
from auditor.explain.trust.documents import Aspect, MethodTrust, Outcome, Trust
from auditor.language import said
from reports.documents.book import Book
from reports.documents.figures.curves import Line, line_panels
from reports.documents.formats import number
from reports.documents.numbers import Notes, Number

ASPECTS: dict[Aspect, Promise] = {
    "faithfulness": _("faithfulness"),
    "sanity": _("sanity"),
    "stability": _("stability"),
    "completeness": _("completeness"),
}
_OUTCOMES: dict[Outcome, tuple[str, Promise]] = {
    "passed": ("✓", _("passed")),
    "failed": ("✗", _("failed")),
    "undecided": ("?", _("undecided")),
    "not measured": ("–", _("not measured")),
}
NAMES = {
    "gain": _("gain over random"),
    "deletion": _("deletion area"),
    "insertion": _("insertion area"),
    "infidelity": _("infidelity"),
    "sensitivity_n": _("sensitivity-n"),
    "gap_important": _("gap, important"),
    "gap_unimportant": _("gap, unimportant"),
    "randomised": _("random weights"),
    "other_class": _("another class"),
    "other_item": _("another item"),
    "max_sensitivity": _("max-sensitivity"),
    "seeds": _("another seed"),
    "region_mass": _("mass inside"),
    "region_rank": _("rank inside"),
    "region_hit": _("peak inside"),
    "region_area": _("area"),
    "box_mass": _("mass inside"),
    "box_rank": _("rank inside"),
    "box_hit": _("peak inside"),
    "box_area": _("area"),
}
_SHARES = {
    "region_hit",
    "box_hit",
    "region_mass",
    "box_mass",
    "region_rank",
    "box_rank",
    "region_area",
    "box_area",
}
_MATRIX = 8


class Table(NamedTuple):
    """One table of measures: its title, what it says, the titles of its columns, and a row a method.

    A row is the method, its numbers, whether the method failed what the table is about, and whether it stands for
    random maps. A number comes with whether it is what the method failed by, and is None where it was not measured.
    """

    title: Promise
    words: Promise
    columns: list[Promise]
    rows: list[tuple[str, list[tuple[Number | None, bool]], bool, bool]]


@dataclass(frozen=True)
class Kind:
    """What one table shows."""

    title: Promise
    words: Promise
    names: tuple[str, ...]
    aspect: Aspect | None = None


_TABLES = (
    Kind(
        _("Faithfulness: does the output follow the map?"),
        _(
            "Places are taken away in the order of the map (deletion: the sooner the score falls, the smaller the "
            "area) and brought back in that order (insertion: the sooner it rises, the larger the area). The gain is "
            "by how much a map does both better than random maps on the same items; at 0 it knows nothing. Infidelity "
            "is the error with which a map foretells what happens without some parts, 0 at best and 1 for a map that "
            "says nothing. Sensitivity-n is the correlation of the same two, 1 at best."
        ),
        ("gain", "deletion", "insertion", "infidelity", "sensitivity_n"),
        "faithfulness",
    ),
    Kind(
        _("Prediction gap"),
        _(
            "How far the probability moves when the columns that the method calls important are drawn anew from other "
            "rows, and when all others are. An informative method has a large first and a small second number."
        ),
        ("gap_important", "gap_unimportant"),
        "faithfulness",
    ),
    Kind(
        _("Sanity: does the map depend on the model, the class and the item?"),
        _(
            "Rank correlation of maps, 1 for the same order of places and 0 for unrelated ones: with the map of the "
            "model whose weights were all made random, with the map for another class, and with the map of another "
            "item. A map that hardly changes when the weights are random shows the picture, not the model."
        ),
        ("randomised", "other_class", "other_item"),
        "sanity",
    ),
    Kind(
        _("Stability: does the map hold still?"),
        _(
            "Max-sensitivity is the largest change of a map, in multiples of the map itself, under noise that nobody "
            "sees; 0 at best. Another seed: rank correlation of two maps of a method that draws at random; 1 at best."
        ),
        ("max_sensitivity", "seeds"),
        "stability",
    ),
    Kind(
        _("Localisation: relevant region"),
        _(
            "Where the positive attribution lies on items whose relevant region is known: its share inside, the share "
            "of the highest places that are inside, and how often the highest place is. An even spread would have the "
            "share of the area. This speaks of model and method together: a model may look elsewhere."
        ),
        ("region_area", "region_mass", "region_rank", "region_hit"),
    ),
    Kind(
        _("Localisation: marked boxes"),
        _("The same for the boxes in which people marked a finding."),
        ("box_area", "box_mass", "box_rank", "box_hit"),
    ),
)  # fmt: skip


def context(book: Book) -> dict[str, object]:
    """Return what the pages on trust print."""
    found, notes = book.evidence.trust, Notes()
    titles = {method.card.name: said(method.card.title) for method in book.evidence.methods}
    ranked = sorted(found.methods, key=lambda one: (one.rank is None, one.rank))
    return {
        "trust": found,
        "aspects": list(ASPECTS.values()),
        "verdicts": [_verdicts(titles[one.method], one) for one in ranked],
        "tables": [
            table
            for kind in _TABLES
            if (table := _table(kind, ranked, found.random, titles, notes)) is not None
        ],
        "curves": _curves(book, found, titles),
        "cascade": _cascade(book, found, titles),
        "cascade_told": _cascade_told(found, titles),
        "agreement": _agreement(found, titles, notes),
        "trust_notes": notes.texts,
    }


def mark(outcome: Outcome) -> tuple[str, Promise]:
    """Return the sign and the word of an outcome."""
    return _OUTCOMES[outcome]


def _verdicts(title: str, method: MethodTrust) -> dict[str, object]:
    outcomes: dict[Aspect, Outcome] = {one.aspect: one.outcome for one in method.verdicts}
    return {
        "title": title,
        "rank": method.rank,
        "trusted": method.trusted,
        "failed": "failed" in outcomes.values(),
        "outcomes": [
            (outcome, *mark(outcome)) for outcome in (outcomes.get(a, "not measured") for a in ASPECTS)
        ],
    }


def _table(
    kind: Kind,
    methods: Sequence[MethodTrust],
    random: MethodTrust | None,
    titles: dict[str, str],
    notes: Notes,
) -> Table | None:
    known = [(one, {named.name: named.measure for named in one.measures}) for one in methods]
    names = [name for name in kind.names if any(name in measures for _, measures in known)]
    if not names:
        return None
    rows = [
        (titles[one.method], _numbers(names, measures, notes, one), _fails(one, kind.aspect), False)
        for one, measures in known
        if any(name in measures for name in names)
    ]
    baseline = {named.name: named.measure for named in random.measures} if random else {}
    if any(name in baseline for name in names):
        rows.append((str(_("random maps")), _numbers(names, baseline, notes, random), False, True))
    return Table(kind.title, kind.words, [NAMES[name] for name in names], rows)


def _numbers(
    names: Sequence[str], measures: dict[str, Measure], notes: Notes, method: MethodTrust | None
) -> list[tuple[Number | None, bool]]:
    failed = {one.measure for one in method.verdicts if one.outcome == "failed"} if method else set()

    def printed(name: str) -> Number:
        return notes.share(measures[name]) if name in _SHARES else notes.plain(measures[name])

    return [(printed(name) if name in measures else None, name in failed) for name in names]


def _fails(method: MethodTrust, aspect: Aspect | None) -> bool:
    return any(one.aspect == aspect and one.outcome == "failed" for one in method.verdicts)


def _curves(book: Book, found: Trust, titles: dict[str, str]) -> str | None:
    """Draw the mean deletion and insertion curves of all methods, random maps dashed."""
    if not found.fractions:
        return None
    shown = [*found.methods, *([found.random] if found.random else [])]
    panels = []
    for title, name in (
        (_("Deletion: lower is better"), "deletion"),
        (_("Insertion: higher is better"), "insertion"),
    ):
        lines = [
            Line(titles.get(one.method, str(_("random maps"))), getattr(one, name), one is found.random)
            for one in shown
            if getattr(one, name)
        ]
        panels.append((str(title), [100 * share for share in found.fractions], lines))
    drawn = line_panels(panels, str(_("% of places")), str(_("probability of the explained class")))
    return book.asset(drawn, "image/svg+xml")


def _cascade(book: Book, found: Trust, titles: dict[str, str]) -> str | None:
    """Draw how the maps part from the model's as its layers become random, from the output down."""
    if not found.stages:
        return None
    lines = [
        Line(titles[one.method], (1.0, *(stage.value or 0.0 for stage in one.randomised)), False)
        for one in found.methods
        if one.randomised
    ]
    at = list(range(len(found.stages) + 1))
    panel = (str(_("Rank correlation with the model's own map")), [float(stage) for stage in at], lines)
    return book.asset(
        line_panels([panel], str(_("stages made random, from the output down")), ""), "image/svg+xml"
    )


def _cascade_told(found: Trust, titles: dict[str, str]) -> str:
    """Say where each line of the figure ends, for those who do not see it."""
    return "; ".join(
        _("%(title)s ends at %(value)s")
        % {"title": titles[one.method], "value": number(one.randomised[-1].value or 0.0, 2)}
        for one in found.methods
        if one.randomised
    )


def _agreement(found: Trust, titles: dict[str, str], notes: Notes) -> dict[str, object] | None:
    """Return the matrix of mean rank correlations between methods, or a list where it would be too wide."""
    if not found.agreement:
        return None
    names = [one.method for one in found.methods]
    pairs = {frozenset((one.first, one.second)): notes.plain(one.measure) for one in found.agreement}
    if len(names) > _MATRIX:
        rows = [(titles[one.first], titles[one.second], notes.plain(one.measure)) for one in found.agreement]
        return {"pairs": sorted(rows, key=lambda row: row[2].value)}
    return {
        "titles": [titles[name] for name in names],
        "matrix": [
            (
                titles[name],
                [pairs.get(frozenset((name, other))) if other != name else None for other in names],
            )
            for name in names
        ],
    }
