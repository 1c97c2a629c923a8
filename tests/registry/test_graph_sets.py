"""Sets of graphs: stored canonically with their relevant nodes, and what is wrong is refused with file and edge."""

import json
from pathlib import Path

import pytest

from auditor.common.errors import Refused
from auditor.common.store import Store
from auditor.explain.graphs import Graph, Marks
from auditor.explain.spec import Manifest
from auditor.registry.intake.sets import accept_set
from tests.folders import write_table

PLAIN = {"features": ["age", "charge"], "nodes": [[1, 0.5], [2, 0], [3, 1]], "edges": [[1, 0], [1, 2]]}


def graph_set(folder: Path, *changed: dict[str, object]) -> Path:
    """Three graphs, the first of them with fields changed."""
    (folder / "graphs").mkdir(parents=True)
    (folder / "set.json").write_text(
        json.dumps({"schema": "retrace-set/1", "name": "graphs", "kind": "graph", "groups": []})
    )
    write_table(folder / "labels.csv", ["id", "label"], [["a", "ill"], ["b", "well"], ["c", "ill"]])
    for place, name in enumerate("abc"):
        more = changed[place] if place < len(changed) else {}
        (folder / "graphs" / f"{name}.json").write_text(json.dumps({**PLAIN, **more}))
    return folder


def test_graphs_are_stored_canonically_with_their_relevant_nodes(tmp_path):
    folder = graph_set(tmp_path / "set", {"relevant_nodes": [2, 1]}, {"relevant_edges": [[2, 1]]})
    (folder / "graphs" / "d.json").write_text("{}")
    store = Store(tmp_path / "store")
    found = accept_set(folder, "graphs.zip", b"", store)
    manifest = Manifest.parse(store.get(found.manifest_digest), name="manifest")
    assert (found.modality, found.items, found.masks, found.unlisted) == ("graph", 3, 2, 1)
    assert manifest.columns == ("age", "charge")
    graph = Graph.parse(store.get(manifest.items[0].content), name="a")
    assert graph.edges == ((0, 1, 1.0), (1, 2, 1.0))
    marks = [item.mask and Marks.parse(store.get(item.mask), name="marks") for item in manifest.items]
    assert marks == [Marks(nodes=3, relevant=(1, 2)), Marks(nodes=3, relevant=(1, 2)), None]


def test_equal_graphs_have_equal_digests_however_they_are_written(tmp_path):
    found = [
        accept_set(graph_set(tmp_path / name, change), "g.zip", b"", Store(tmp_path / "store")).digest
        for name, change in (("one", {}), ("two", {"edges": [[2, 1, 1.0], [0, 1]]}), ("three", {"edges": []}))
    ]
    assert found[0] == found[1] != found[2]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"edges": [[0, 1], [1, 7]]}, r"graphs/a.json: edge 1 leads to node 7, and the graph has 3 nodes"),
        ({"edges": [[0, 1], [1, 0]]}, r"graphs/a.json: edge 1 joins the same nodes as edge 0"),
        ({"edges": [[2, 2]]}, r"graphs/a.json: edge 0 leads from node 2 to itself"),
        ({"edges": [[0, -1]]}, r"graphs/a.json, edge 0, number 1: "),
        ({"nodes": [[1, 0.5], [2], [3, 1]]}, r"graphs/a.json: node 1 has 1 numbers, and the graph names 2"),
        ({"nodes": [[1, 0.5], [2, 0], [3, "x"]]}, r"graphs/a.json, node 2, number 1: "),
        ({"relevant_nodes": [3]}, r"graphs/a.json: the relevant node is node 3"),
        ({"features": ["age", "mass"]}, r"b.json and graphs/a.json name different features \(charge, mass\)"),
        ({"focus": 1}, r"One of graphs/b.json and graphs/a.json names a focus and the other none"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_edge(tmp_path, changed, words):
    with pytest.raises(Refused, match=words):
        accept_set(graph_set(tmp_path / "set", changed), "graphs.zip", b"", Store(tmp_path / "store"))


def test_a_row_without_its_graph_is_refused(tmp_path):
    folder = graph_set(tmp_path / "set")
    (folder / "graphs" / "b.json").unlink()
    with pytest.raises(Refused, match=r"row 3: there is no item for the id 'b'; expected: graphs/b.json"):
        accept_set(folder, "graphs.zip", b"", Store(tmp_path / "store"))


def test_bytes_that_are_no_graph_are_refused(tmp_path):
    folder = graph_set(tmp_path / "set")
    (folder / "graphs" / "a.json").write_bytes(b"\xff\x00")
    with pytest.raises(Refused, match=r"graphs/a.json: "):
        accept_set(folder, "graphs.zip", b"", Store(tmp_path / "store"))
