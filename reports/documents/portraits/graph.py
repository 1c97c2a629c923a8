"""Graphs: the graph as given, and under what each method attributes to its nodes and edges."""

import numpy as np
from django.utils.translation import gettext as _

from auditor.common.said import say
from auditor.explain.evidence import ItemRecord
from auditor.explain.graphs import Graph, Marks, parse_graph
from auditor.explain.spec import GraphInput
from reports.documents.book import Asset
from reports.documents.figures.graph import Drawing, attributed, original
from reports.documents.figures.layout import Pairs, distances, layout
from reports.documents.figures.source import Floats, attribution, stored
from reports.documents.formats import short
from reports.documents.portraits.base import Panel, Portrait, Scales, extent

ORIGINAL, MOST = "original", 50


class GraphPortrait(Portrait):
    """Tiles: the graph with its relevant nodes, then one a method, all with the nodes in the same places."""

    across, scale = 5, "nodes"

    def panels(self, item: ItemRecord) -> list[Panel]:
        """Return the original and the map of every method; of graphs of more than `MOST` nodes a part."""
        words = {"id": item.entry.id[:60], "target": item.target[:60]}
        graph = self._graph(item)
        notes = [_("%(n)d nodes, %(m)d edges") % {"n": len(graph.nodes), "m": len(graph.edges)}]
        if len(graph.nodes) > MOST:
            notes.append(_nearest(graph))
        if item.entry.mask is None:
            notes.append(_("no relevant nodes named"))
        first = Panel(ORIGINAL, _("original"), _("Graph of item %(id)s as given") % words, tuple(notes))
        return [first, *(self._map(item, graph, name, words) for name in self.shown(item))]

    def draw(self, item: ItemRecord, key: str, scales: Scales) -> Asset:
        """Return a panel as SVG."""
        graph = self._graph(item)
        kept = self._kept(item, graph)
        drawing = self._drawing(item, graph, kept)
        if key == ORIGINAL:
            return Asset(original(drawing), "image/svg+xml")
        edges, values = self._edges(item, key, graph), self.values(item, key)
        strength = {} if edges is None else _shares(edges[np.ix_(kept, kept)], edges, drawing.pairs)
        share = values[kept] / (scales[key] or 1.0)
        return Asset(attributed(drawing, share, strength), "image/svg+xml")

    def full(self, values: Floats) -> float:
        """Return the largest absolute value."""
        return float(np.abs(values).max())

    def _graph(self, item: ItemRecord) -> Graph:
        what = say("The graph %(item)s", item=repr(item.entry.id))
        return parse_graph(stored(self.store, item.entry.content, what), what)

    def _drawing(self, item: ItemRecord, graph: Graph, kept: list[int]) -> Drawing:
        place = {node: index for index, node in enumerate(kept)}
        pairs = tuple(
            (place[first], place[second])
            for first, second, _weight in graph.edges
            if first in place and second in place
        )
        letters = self._letters(graph)
        return Drawing(
            places=layout(len(kept), pairs),
            pairs=pairs,
            letters=tuple(letters[node] for node in kept) if letters else (),
            relevant=frozenset(place[node] for node in self._relevant(item) if node in place),
            focus=None if graph.focus is None else place[graph.focus],
            directed=graph.directed,
        )

    def _letters(self, graph: Graph) -> list[str]:
        """Return the kind of each node, where its features that the model reads are one 1 and else 0."""
        spec = self.evidence.model.spec.input
        names = [feature.name for feature in spec.features] if isinstance(spec, GraphInput) else []
        chosen = [graph.features.index(name) for name in names]
        values = np.array(graph.nodes)[:, chosen]
        if len(names) < 2 or not (np.isin(values, (0, 1)).all() and (values.sum(axis=1) == 1).all()):
            return []
        return [names[int(kind)][:2] for kind in values.argmax(axis=1)]

    def _relevant(self, item: ItemRecord) -> tuple[int, ...]:
        if item.entry.mask is None:
            return ()
        what = say("The relevant nodes of graph %(item)s", item=repr(item.entry.id))
        return Marks.parse(stored(self.store, item.entry.mask, what), name=what).relevant

    def _kept(self, item: ItemRecord, graph: Graph) -> list[int]:
        """Return the nodes that are drawn: all, or those nearest to the focus or to the strongest node."""
        if len(graph.nodes) <= MOST:
            return list(range(len(graph.nodes)))
        pairs = tuple((first, second) for first, second, _weight in graph.edges)
        weight = np.zeros(len(graph.nodes))
        for name in self.shown(item):
            values = np.abs(self.values(item, name))
            weight = np.maximum(weight, values / (values.max() or 1.0))
        middle = int(weight.argmax()) if graph.focus is None else graph.focus
        near = np.lexsort((-weight, distances(len(graph.nodes), pairs)[middle]))
        return sorted(near[:MOST].tolist())

    def _edges(self, item: ItemRecord, name: str, graph: Graph) -> Floats | None:
        """Return the values of edges (receivers, senders): the mean of both directions where they go both ways."""
        reference = item.maps[name].edges
        if reference is None:
            return None
        what = say(
            "The values of the edges of item %(item)s by %(method)s", item=repr(item.entry.id), method=name
        )
        edges = np.abs(attribution(self.store, reference, what))
        return np.asarray(edges if graph.directed else (edges + edges.T) / 2, dtype=np.float32)

    def _map(self, item: ItemRecord, graph: Graph, name: str, words: dict[str, str]) -> Panel:
        title, values, edges = self.titles[name], self.values(item, name), self._edges(item, name, graph)
        notes = [extent(values)]
        if edges is not None and edges.any():
            notes.append(_("thickest edge %(value)s") % {"value": short(_largest(edges), 2)})
        alt = _(
            "Item %(id)s: attribution to “%(target)s” by %(title)s, at the nodes of the graph, from %(extent)s"
        )
        told = words | {"title": title, "extent": notes[0]}
        return Panel(name, title, alt % told, (*notes, *self.belief(item, name)), self.tested(name))


def _nearest(graph: Graph) -> str:
    """Say which part of a large graph is drawn."""
    if graph.focus is None:
        return _("shown are the %(n)d nodes nearest to the one with the largest value") % {"n": MOST}
    return _("shown are the %(n)d nodes nearest to the one asked about") % {"n": MOST}


def _largest(values: Floats) -> float:
    """Return the largest absolute value, 1 where all are 0."""
    return float(np.abs(values).max()) or 1.0


def _shares(shown: Floats, edges: Floats, pairs: Pairs) -> dict[tuple[int, int], float]:
    """Return each drawn edge's value as a share of the largest of all."""
    return {(first, second): float(shown[second, first]) / _largest(edges) for first, second in pairs}
