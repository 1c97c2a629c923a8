"""The model as a whole beyond the exchange of parts: importance by loss, curves, components and drift."""

import numpy as np
from django.utils.translation import gettext as _

from auditor.explain.globals.documents import Curve, Drift, Importance, Space, Survey
from auditor.explain.spec import TableInput
from auditor.language import said
from reports.documents.book import Book
from reports.documents.figures.curves import curve_panels
from reports.documents.figures.scatter import plane
from reports.documents.formats import chance, number, short, signed
from reports.documents.numbers import Notes

_ROWS, _CURVES, _NAMED, _ACROSS = 10, 6, 4, 3


def context(book: Book) -> dict[str, object]:
    """Return what the pages on importance by loss, on curves and on components print."""
    survey, notes, space_notes = book.evidence.survey, Notes(), Notes()
    columns = sorted(
        survey.importance.columns if survey.importance else (), key=lambda one: -(one.permutation.value or 0)
    )
    return {
        "importance": survey.importance,
        "loss": notes.plain(survey.importance.loss) if survey.importance else None,
        "columns": [_importance(book, one, survey, notes) for one in columns[:_ROWS]],
        "columns_left": max(0, len(columns) - _ROWS),
        "methods": _methods(book),
        "dependence": _curves(book, survey, "partial_dependence"),
        "dependence_told": _told(book, survey, "partial_dependence"),
        "effects_told": _told(book, survey, "accumulated_local_effects"),
        "effects": _curves(book, survey, "accumulated_local_effects"),
        "of": survey.curves[0].of if survey.curves else "",
        "curve_notes": _curve_notes(survey),
        "notes": notes.texts,
        "spaces": [_space(book, space, space_notes) for space in survey.spaces],
        "reference": survey.reference,
        "space_notes": space_notes.texts,
        "unanswered": survey.unanswered,
    }


def _methods(book: Book) -> list[str]:
    titles = {method.card.name: said(method.card.title) for method in book.evidence.methods}
    return [titles.get(name, name) for name in book.evidence.survey.attributions][:_ACROSS]


def _importance(book: Book, one: Importance, survey: Survey, notes: Notes) -> dict[str, object]:
    found = [
        next((entry for entry in entries if entry.name == one.name), None)
        for entries in list(survey.attributions.values())[:_ACROSS]
    ]
    return {
        "title": _named(book, one.title) or one.name,
        "permutation": notes.plain(one.permutation),
        "sage": notes.plain(one.sage),
        "attributions": [notes.plain(entry.absolute) if entry else None for entry in found],
    }


def _named(book: Book, title: str) -> str:
    """Return the title of a part: of a table the column's own, of other items ours."""
    return title if book.evidence.model.spec.input.kind == "table" else said(title)


def _curves(book: Book, survey: Survey, kind: str) -> str | None:
    chosen = _chosen(book, survey, kind)
    return book.asset(curve_panels(chosen), "image/svg+xml") if chosen else None


def _chosen(book: Book, survey: Survey, kind: str) -> list[Curve]:
    return [
        curve.model_copy(update={"title": _named(book, curve.title), "unit": _named(book, curve.unit)})
        for curve in survey.curves
        if curve.kind == kind
    ][:_CURVES]


def _told(book: Book, survey: Survey, kind: str) -> str:
    """Say where each curve begins and ends, for those who do not see it."""

    def told(curve: Curve) -> str:
        places = curve.categories or [f"{short(at)} {curve.unit}".strip() for at in curve.at]
        words = {"title": curve.title, "first": short(curve.values[0], 3), "last": short(curve.values[-1], 3)}
        return _("%(title)s: from %(first)s at %(start)s to %(last)s at %(end)s") % (
            words | {"start": places[0], "end": places[-1]}
        )

    return "; ".join(map(told, _chosen(book, survey, kind)))


def _curve_notes(survey: Survey) -> list[str]:
    def note(curve: Curve) -> str:
        interval = _("interval at %(c)s %% at each point") % {"c": short(100 * curve.confidence)}
        method = "; ".join(map(said, (curve.method, *curve.how)))
        words = {"method": method, "interval": interval, "n": curve.n, "seed": curve.seed}
        return _("%(method)s; %(interval)s; n = %(n)d; seed %(seed)d") % words

    return sorted({note(curve) for curve in survey.curves})


def _space(book: Book, space: Space, notes: Notes) -> dict[str, object]:
    found = space.components
    explained = [notes.share(one) for one in found.explained]
    titles = [_title(book, name) for name in found.columns]
    rows = [
        (index + 1, number, _loadings(titles, loadings) if space.name == "columns" else "")
        for index, (number, loadings) in enumerate(zip(explained, found.loadings, strict=True))
    ]
    return {
        "name": space.name,
        "n": found.n,
        "numbers": len(found.columns),
        "fixed": len(found.fixed),
        "imputed": found.imputed,
        "rows": rows,
        "plane": _plane(book, space),
        "drift": _drift(space.drift, notes) if space.drift else None,
    }


def _title(book: Book, name: str) -> str:
    given = book.evidence.model.spec.input
    columns = given.columns if isinstance(given, TableInput) else ()
    return next((column.title for column in columns if column.name == name and column.title), name)


def _loadings(columns: list[str], loadings: tuple[float, ...]) -> str:
    order = np.argsort(-np.abs(np.array(loadings)), kind="stable")[:_NAMED]
    return "; ".join(f"{columns[i]} {signed(loadings[i], 2)}" for i in order)


def _plane(book: Book, space: Space) -> str | None:
    """Return the items in the plane of the first two components; None where there is one component only."""
    found = space.components
    if len(found.loadings) < 2:
        return None
    points = np.array(found.scores)[:, :2]
    shares = [one.value or 0.0 for one in found.explained]
    titles = tuple(
        _("component %(n)d (%(share)s %% of the variance)")
        % {"n": n + 1, "share": number(100 * shares[n], 0)}
        for n in range(2)
    )
    drawn = plane(
        points,
        space.labels,
        [label != decision for label, decision in zip(space.labels, space.decisions, strict=True)],
        (titles[0], titles[1]),
        _("decision differs from the label"),
    )
    return book.asset(drawn, "image/svg+xml")


def _drift(drift: Drift, notes: Notes) -> dict[str, object]:
    return {
        "drift": drift,
        "energy": short(drift.energy, 3),
        "p_value": chance(drift.p_value),
        "beyond": notes.share(drift.beyond),
        "rows": [
            (one.component + 1, notes.plain(one.shift), number(one.statistic), chance(one.adjusted))
            for one in drift.components
        ],
    }
