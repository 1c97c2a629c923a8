"""Shortcuts and proxies: the verdict, what it rests on, and the groups of like maps."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from django.utils.translation import gettext as _

from auditor.common.said import say
from auditor.explain.shortcuts.documents import (
    SCORES,
    Association,
    Cluster,
    Clustering,
    Line,
    OutsideMass,
    Within,
)
from auditor.language import said
from reports.documents.book import Book
from reports.documents.figures.clusters import Tile, cluster_maps
from reports.documents.figures.source import Bytes, attribution
from reports.documents.formats import chance, percent
from reports.documents.numbers import Notes
from reports.documents.sections.importance import mean_image

Row = TypeVar("Row")
_TILES, _ROWS, _ACROSS, _NAMED = 12, 30, 3, 2
_ICONS = {"found": "▲", "undecided": "◆", "not found": "●", "not tested": "○"}
_SEVERITIES = {"found": "critical", "undecided": "warning", "not found": "note", "not tested": "note"}


def context(book: Book) -> dict[str, object]:
    """Return what the chapter on shortcuts prints."""
    found, notes = book.evidence.shortcuts, Notes()
    titles = {method.card.name: said(method.card.title) for method in book.evidence.methods}
    chosen = _chosen(found.clusterings)
    methods = [name for name in titles if any(name in one.shares for one in found.outside)][:_ACROSS]
    outcome, minimum = found.verdict.outcome, book.evidence.plan.minimum_group
    associated = [(column.name, one) for column in found.columns for one in column.associations]
    compared = [(column.name, one) for column in found.columns for one in column.within]
    return {
        "outcome": outcome,
        "icon": _ICONS[outcome],
        "severity": _SEVERITIES[outcome],
        "lines": [_line(line, titles) for line in found.verdict.lines],
        "beyond": notes.share(found.beyond) if found.beyond and found.beyond.n >= minimum else None,
        "separations": [
            (one.name, notes.plain(one.separation)) for one in found.columns if one.separation is not None
        ],
        "associations": [
            _association(column, one, titles, notes)
            for column, one in _first(associated, lambda pair: pair[1].p_value)
        ],
        "associations_left": max(0, len(associated) - _ROWS),
        "within": [
            _within(column, one, notes)
            for column, one in _first(compared, lambda pair: -(pair[1].drop.value or 0.0))
        ],
        "within_left": max(0, len(compared) - _ROWS),
        "untested": [*(text for column in found.columns for text in column.untested), *found.unanswered],
        "clusters": [_cluster(clustering, one, titles, notes) for clustering, one in chosen],
        "clusters_told": "; ".join(_told(clustering, one, titles) for clustering, one in chosen),
        "clusters_left": sum(len(one.clusters) for one in found.clusterings) - len(chosen),
        "map": _map(book, chosen, titles) if chosen else None,
        "mass_methods": [titles[name] for name in methods],
        "mass": [_mass(one, methods, notes) for one in found.outside[:_ROWS]],
        "shortcut_notes": notes.texts,
    }


def _line(line: Line, titles: dict[str, str]) -> dict[str, object]:
    method, comma, decided = line.subject.partition(", ")
    kinds = {
        "exchange": _("exchange of the surroundings"),
        "spot": _("small spots"),
        "column": _("column %(name)s") % {"name": line.subject},
    }
    name = kinds[line.kind]
    if line.kind == "spot" and comma:
        name = _("small spots, %(method)s, decided as %(decided)s") % {
            "method": titles.get(method, method),
            "decided": decided,
        }
    words = {
        "found": _("found"),
        "not found": _("not found"),
        "undecided": _("undecided"),
        "not tested": _("not tested"),
    }
    return {
        "name": name,
        "icon": _ICONS[line.outcome],
        "outcome": words[line.outcome],
        "sentence": line.sentence,
    }


def _first(rows: Sequence[Row], key: Callable[[Row], float]) -> list[Row]:
    """Return as many rows as are printed, in their order; of more those that come first by a key."""
    chosen = sorted(range(len(rows)), key=lambda place: (key(rows[place]), place))[:_ROWS]
    return [rows[place] for place in sorted(chosen)]


def _association(column: str, one: Association, titles: dict[str, str], notes: Notes) -> dict[str, object]:
    return {
        "column": column,
        "of": _("the scores") if one.of == SCORES else titles.get(one.of, one.of),
        "effect": notes.plain(one.effect),
        "p": chance(one.p_value),
        "adjusted": chance(one.adjusted),
    }


def _within(column: str, one: Within, notes: Notes) -> dict[str, object]:
    words = {"auroc": _("AUROC, %(of)s"), "balanced_accuracy": _("balanced acc.")}
    number = notes.share if one.name == "balanced_accuracy" else notes.plain
    name = words[one.name] % {"of": one.of} if one.of else words[one.name]
    return {
        "column": f"{column} = {one.value}" if one.value else column,
        "name": name,
        "overall": number(one.overall),
        "within": number(one.within),
        "drop": number(one.drop),
        "p": "–" if one.p_value is None else chance(one.p_value),
    }


def _chosen(clusterings: Sequence[Clustering]) -> list[tuple[Clustering, Cluster]]:
    """Return the clusters that get a picture: spots first, then of each clustering the largest."""
    every = [(clustering, one) for clustering in clusterings for one in clustering.clusters]
    return sorted(every, key=lambda pair: (not pair[1].spot, -pair[1].share))[:_TILES]


def _cluster(clustering: Clustering, one: Cluster, titles: dict[str, str], notes: Notes) -> dict[str, object]:
    return {
        "title": _title(clustering, titles),
        "n": one.n,
        "of": clustering.n,
        "labels": ", ".join(f"{label}\u00a0{n}" for label, n in one.labels.items()),
        "errors": notes.share(one.errors),
        "area": percent(one.area),
        "relevant": notes.share(one.relevant) if one.relevant else None,
        "spot": one.spot,
        "excess": [
            _("%(column)s = %(value)s: %(n)d, by chance %(expected).1f (p %(p)s)")
            % {
                "column": excess.column,
                "value": excess.value,
                "n": excess.n,
                "expected": excess.expected,
                "p": chance(excess.adjusted),
            }
            for excess in one.excess[:_NAMED]
        ],
        "items": ", ".join(one.items[:_NAMED]),
    }


def _title(clustering: Clustering, titles: dict[str, str]) -> str:
    return f"{titles.get(clustering.method, clustering.method)}, {clustering.decided}"


def _told(clustering: Clustering, one: Cluster, titles: dict[str, str]) -> str:
    """Say what the picture of a group shows, for those who do not see it."""
    words = {
        "title": _title(clustering, titles),
        "share": percent(one.share, 0),
        "area": percent(one.area),
        "spot": _("a small spot outside of the relevant region") if one.spot else _("no small spot"),
    }
    return (
        _("%(title)s, %(share)s of the items: half of the attribution in %(area)s of the places, %(spot)s")
        % words
    )


def _map(book: Book, chosen: Sequence[tuple[Clustering, Cluster]], titles: dict[str, str]) -> str | None:
    """Return the address of the pictures; none for tables, whose places have no order."""
    kind = book.evidence.model.spec.input.kind
    if kind not in ("image", "volume"):
        return None
    tiles = [
        Tile(
            f"{titles.get(clustering.method, clustering.method)}\n{clustering.decided}: "
            f"{percent(one.share, 0)} (n = {one.n})",
            attribution(
                book.store,
                one.mean,
                say("The mean map of %(clustering)s", clustering=_title(clustering, titles)),
            ),
            one.cells,
        )
        for clustering, one in chosen
    ]
    return book.asset(cluster_maps(_background(book, tiles[0]), tiles), "image/png")


def _background(book: Book, tile: Tile) -> Bytes:
    if book.evidence.model.spec.input.kind == "image":
        return mean_image(book)
    return np.full((*(16 * side for side in tile.values.shape), 3), 255, dtype=np.uint8)


def _mass(one: OutsideMass, methods: Sequence[str], notes: Notes) -> dict[str, object]:
    name = (
        _("label %(value)s") % {"value": one.value} if one.column is None else f"{one.column} = {one.value}"
    )
    return {
        "name": name,
        "n": one.n,
        "area": notes.share(one.area),
        "shares": [notes.share(one.shares[method]) if method in one.shares else None for method in methods],
    }
