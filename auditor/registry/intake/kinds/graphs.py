"""Sets of graphs: a JSON file an item, which may name the nodes and edges that are relevant."""

from collections.abc import Iterable
from pathlib import Path

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.graphs import Graph, marks_of, parse_graph
from auditor.registry.intake.kinds.base import Content, Reader, absent, by_id
from auditor.registry.intake.labels import Row


class Graphs(Reader):
    """`graphs/`; every graph is whole, and all of them name the same features.

    Either all graphs have a focus or none has.
    """

    def __init__(self, folder: Path, salt: bytes) -> None:
        self._graphs = by_id(folder / "graphs", (".json",))
        self._first: tuple[str, Graph] | None = None

    def content(self, row: Row) -> Content:
        """Return a graph as canonical JSON; its mask is the list of its relevant nodes."""
        path = self._graphs.get(row.id)
        if path is None:
            raise absent(row, f"graphs/{row.id}.json")
        name = f"graphs/{path.name}"
        graph = parse_graph(path.read_bytes(), name)
        self._check_alike(name, graph)
        marks = marks_of(graph)
        return Content(graph.to_bytes(), None if marks is None else marks.to_bytes())

    def unlisted(self, rows: Iterable[Row]) -> int:
        """Return how many graphs labels.csv does not name."""
        return len(self._graphs.keys() - {row.id for row in rows})

    def _check_alike(self, name: str, graph: Graph) -> None:
        if self._first is None:
            self._first, self.columns = (name, graph), graph.features
        first, known = self._first
        if differing := sorted(set(graph.features) ^ set(known.features)):
            raise Refused(
                say(
                    "%(one)s and %(other)s name different features (%(features)s); give all graphs of a set the same "
                    "ones.",
                    one=name,
                    other=first,
                    features=tuple(differing[:5]),
                )
            )
        if (graph.focus is None) != (known.focus is None):
            raise Refused(
                say(
                    "One of %(one)s and %(other)s names a focus and the other none; a set asks one kind of question.",
                    one=name,
                    other=first,
                )
            )
