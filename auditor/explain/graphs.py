"""Graphs as files: read from JSON, checked edge by edge, written canonically."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError

from auditor.common.errors import Refused
from auditor.common.said import Figure, Said, say
from auditor.explain.document import Document
from auditor.explain.mistakes import mistake
from auditor.explain.spec import Name

MOST_BYTES = 16 * 2**20
_Number = Annotated[float, Field(strict=True, ge=-1e30, le=1e30)]
_Node = Annotated[int, Field(strict=True, ge=0)]
_Pair = tuple[_Node, _Node]


def _weighted(edge: Any) -> Any:
    """Return an edge with its weight, which is 1 where it is left out."""
    return (*edge, 1.0) if isinstance(edge, list | tuple) and len(edge) == 2 else edge


_Edge = Annotated[tuple[_Node, _Node, _Number], BeforeValidator(_weighted)]


class Graph(Document):
    """A graph whose nodes carry numbers; nodes count from 0.

    An edge is (from, to, weight). It goes both ways unless the graph is `directed`; then "from" sends and "to"
    receives. `focus` is the node that is asked about, where it is one. The relevant nodes and edges are those that
    decide by construction or by an expert's word, where they are known.
    """

    features: tuple[Name, ...] = Field(min_length=1, max_length=1000)
    nodes: tuple[Annotated[tuple[_Number, ...], Field(max_length=1000)], ...] = Field(
        min_length=1, max_length=2000
    )
    edges: tuple[_Edge, ...] = Field(default=(), max_length=1_000_000)
    directed: bool = False
    focus: _Node | None = None
    relevant_nodes: tuple[_Node, ...] | None = Field(default=None, max_length=2000)
    relevant_edges: tuple[_Pair, ...] | None = Field(default=None, max_length=1_000_000)


class Marks(Document):
    """Which of a graph's `nodes` are relevant; what an item's mask is where items are graphs."""

    nodes: int = Field(ge=1, le=2000)
    relevant: tuple[_Node, ...]


def marks_of(graph: Graph) -> Marks | None:
    """Return a graph's relevant nodes: those that it names, else the ends of the relevant edges; None without both."""
    named = graph.relevant_nodes
    if named is None and graph.relevant_edges is None:
        return None
    ends = {node for pair in graph.relevant_edges or () for node in pair}
    return Marks(nodes=len(graph.nodes), relevant=tuple(sorted(ends)) if named is None else named)


def parse_graph(content: bytes, name: str) -> Graph:
    """Return the graph that JSON bytes hold, its edges in order.

    Raises Refused naming the file and the node or the edge that is wrong: numbers that are missing or not finite,
    edges that lead nowhere, to the same node or twice between the same nodes.
    """
    if len(content) > MOST_BYTES:
        raise Refused(
            say(
                "%(name)s has %(size)s bytes, and a graph may have %(most)s; cut it into smaller ones.",
                name=name,
                size=len(content),
                most=MOST_BYTES,
            )
        )
    try:
        graph = Graph.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise Refused(
            say(
                "%(name)s%(where)s: %(problem)s.",
                name=name,
                where=_where(first["loc"]),
                problem=mistake(first),
            )
        ) from None
    _check_nodes(graph, name)
    _check_edges(graph, name)
    return _ordered(graph)


def _where(location: tuple[int | str, ...]) -> str:
    """Say which field, node or edge is meant, as a person counts: from 0."""
    if len(location) > 1 and location[0] in ("nodes", "edges"):
        index = location[1]
        found = (
            say(", node %(index)s", index=index)
            if location[0] == "nodes"
            else say(", edge %(index)s", index=index)
        )
        return (
            say("%(one)s, number %(number)s", one=found, number=location[2]) if len(location) > 2 else found
        )
    return say(", field %(field)s", field=".".join(map(str, location))) if location else ""


def _check_nodes(graph: Graph, name: str) -> None:
    if len(set(graph.features)) != len(graph.features):
        raise Refused(say("%(name)s: a feature is named twice.", name=name))
    for index, node in enumerate(graph.nodes):
        if len(node) != len(graph.features):
            raise Refused(
                say(
                    "%(name)s: node %(index)s has %(numbers)s numbers, and the graph names %(features)s "
                    "features.",
                    name=name,
                    index=index,
                    numbers=len(node),
                    features=len(graph.features),
                )
            )
    for what, named in ((say("focus"), (graph.focus,)), (say("relevant node"), graph.relevant_nodes or ())):
        for place in named:
            if place is not None and place >= len(graph.nodes):
                raise Refused(
                    say(
                        "%(name)s: the %(what)s is node %(place)s, and %(size)s.",
                        name=name,
                        what=what,
                        place=place,
                        size=_size(graph),
                    )
                )
    if graph.focus is not None and len(graph.nodes) == 1:
        raise Refused(
            say(
                "%(name)s: the focus is the only node, so that nothing beside it could matter; add others.",
                name=name,
            )
        )


def _check_edges(graph: Graph, name: str) -> None:
    known: dict[tuple[int, int], int] = {}
    for index, (first, second, weight) in enumerate(graph.edges):
        outside = next((node for node in (first, second) if node >= len(graph.nodes)), None)
        if outside is not None:
            raise Refused(
                say(
                    "%(name)s: edge %(index)s leads to node %(outside)s, and %(size)s.",
                    name=name,
                    index=index,
                    outside=outside,
                    size=_size(graph),
                )
            )
        if first == second:
            raise Refused(
                say(
                    "%(name)s: edge %(index)s leads from node %(first)s to itself; leave such edges out, "
                    "networks that need them add them.",
                    name=name,
                    index=index,
                    first=first,
                )
            )
        if abs(weight) < 1e-30:
            raise Refused(
                say(
                    "%(name)s: edge %(index)s has the weight %(weight)s, which is no edge; leave it out.",
                    name=name,
                    index=index,
                    weight=Figure(weight),
                )
            )
        if _key(graph, first, second) in known:
            earlier = known[_key(graph, first, second)]
            ways = "" if graph.directed else say("; an edge goes both ways unless 'directed' is true")
            raise Refused(
                say(
                    "%(name)s: edge %(index)s joins the same nodes as edge %(earlier)s%(ways)s.",
                    name=name,
                    index=index,
                    earlier=earlier,
                    ways=ways,
                )
            )
        known[_key(graph, first, second)] = index
    for first, second in graph.relevant_edges or ():
        if _key(graph, first, second) not in known:
            raise Refused(
                say(
                    "%(name)s: the relevant edge from %(first)s to %(second)s is no edge of the graph.",
                    name=name,
                    first=first,
                    second=second,
                )
            )


def _ordered(graph: Graph) -> Graph:
    """Return the same graph with its edges and relevant parts in order, so that equal graphs have equal bytes."""

    def pairs(found: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
        return tuple(sorted({_key(graph, first, second) for first, second in found}))

    edges = tuple(sorted((*_key(graph, first, second), weight) for first, second, weight in graph.edges))
    nodes, among = graph.relevant_nodes, graph.relevant_edges
    return graph.model_copy(
        update={
            "edges": edges,
            "relevant_nodes": None if nodes is None else tuple(sorted(set(nodes))),
            "relevant_edges": None if among is None else pairs(among),
        }
    )


def _key(graph: Graph, first: int, second: int) -> tuple[int, int]:
    return (first, second) if graph.directed else (min(first, second), max(first, second))


def _size(graph: Graph) -> Said:
    return say("the graph has %(nodes)s nodes (they count from 0)", nodes=len(graph.nodes))
