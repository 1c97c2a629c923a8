"""Graphs on paper: nodes in the same places in every process and panel, signs told by shape, words without images."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.distance import pdist

from auditor.audits.findings import findings
from auditor.common.errors import RetraceError
from auditor.common.store import Store
from auditor.explain.graphs import marks_of
from reports.documents.figures.layout import layout
from reports.documents.html import page
from reports.documents.portraits import portrait
from reports.documents.portraits.graph import MOST
from tests.documents import factory, graph_factory

ROOT = Path(__file__).parents[2]
PATH = tuple((node, node + 1) for node in range(6))


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


def drawn(store, one):
    return portrait(graph_factory.evidence(store, one), store)


def picture(store, one, key):
    found = drawn(store, one)
    return found.draw(one, key, found.scales([one])).content


def test_two_processes_draw_the_same_bytes(tmp_path):
    found = [
        subprocess.run(
            [sys.executable, "-m", "tests.documents.graph_factory", str(tmp_path)],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed, "OMP_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, threads in (("1", "1"), ("2", "2"))
    ]
    assert found[0] == found[1]
    assert len(found[0].split()) == 3


def test_panels_say_what_they_show(store):
    one = graph_factory.item(store, graph_factory.graph())
    original, gradients, occlusion = drawn(store, one).panels(one)
    assert (original.key, original.notes) == ("original", ("9 nodes, 10 edges",))
    assert gradients.notes == ("−1 to +0.75", "thickest edge 0.28", "error 1.0 %")
    assert "at the nodes of the graph" in gradients.alt
    assert occlusion.notes == ("−1 to +0.75",)


def shapes(content: bytes) -> dict[str, int]:
    """Count the marks of each colour in a drawing that are filled."""
    fills = re.findall(rb"fill: (#[0-9a-f]{6}); stroke: #1b2430", content)
    reds = sum(int(code[1:3], 16) > int(code[5:7], 16) for code in fills)
    blues = sum(int(code[1:3], 16) < int(code[5:7], 16) for code in fills)
    return {"for": reds, "against": blues, "none": len(fills) - reds - blues}


def test_nodes_are_red_blue_or_white_by_sign_and_squares_where_negative(store):
    one = graph_factory.item(store, graph_factory.graph())
    content = picture(store, one, "occlusion")
    assert shapes(content) == {"for": 5, "against": 2, "none": 2}
    negative = graph_factory.item(store, graph_factory.graph(), -np.abs(graph_factory.MAPS))
    squares = picture(store, negative, "occlusion")
    assert squares.count(b"C ") < content.count(b"C ")  # squares have no curves


def test_relevant_nodes_focus_and_letters_are_in_the_original(store):
    plain = graph_factory.graph()
    marked = plain.model_copy(update={"focus": 5})
    bare = plain.model_copy(update={"relevant_nodes": None})
    pictures = []
    for one in (plain, marked, bare):
        item = graph_factory.item(store, one)
        pictures.append(picture(store, item, "original"))
    assert b"stroke: #b98a1c" in pictures[0]
    assert b"stroke: #b98a1c" not in pictures[2]
    assert len(pictures[1]) > len(pictures[0]) > len(pictures[2])
    numbers = plain.model_copy(update={"nodes": tuple((0.5, 0.0, 0.0) for _ in plain.nodes)})
    item = graph_factory.item(store, numbers)
    assert len(picture(store, item, "original")) < len(pictures[0])


def test_of_a_large_graph_the_nodes_nearest_to_the_focus_are_drawn(store):
    count = MOST + 40
    large = graph_factory.graph(
        nodes=((1.0, 0.0, 0.0),) * count,
        edges=tuple((node, node + 1, 1.0) for node in range(count - 1)),
        focus=count - 1,
        relevant_nodes=(0, count - 2),
    )
    one = graph_factory.item(store, large, np.linspace(0.1, 1, count, dtype=np.float32))
    found = drawn(store, one)
    assert f"shown are the {MOST} nodes nearest to the one asked about" in found.panels(one)[0].notes
    assert sum(shapes(picture(store, one, "occlusion")).values()) == MOST
    assert marks_of(large).nodes == count


def test_marks_are_smaller_where_another_graph_of_the_page_has_larger_ones(store):
    one = graph_factory.item(store, graph_factory.graph())
    other = graph_factory.item(store, graph_factory.graph(), 4 * graph_factory.MAPS, index=1)
    found = portrait(graph_factory.evidence(store, one, other), store)
    assert found.scales([one, other])["occlusion"] == 4
    alone = found.draw(one, "occlusion", found.scales([one])).content
    assert found.draw(one, "occlusion", found.scales([one, other])).content != alone


def test_a_layout_spreads_nodes_and_follows_edges():
    places = layout(7, PATH)
    assert np.abs(places).max() <= 1
    assert pdist(places).min() > 0.1
    steps = np.linalg.norm(np.diff(places, axis=0), axis=1)
    assert steps.max() < 1.2 * steps.min()
    apart = layout(4, ((0, 1), (2, 3)))
    assert np.linalg.norm(apart[0] - apart[2]) > np.linalg.norm(apart[0] - apart[1])
    assert pdist(layout(3, ())).min() > 0.1
    assert layout(1, ()).tolist() == [[0, 0]]


def test_a_report_about_graphs_does_not_speak_of_images(store):
    one = graph_factory.item(store, graph_factory.graph())
    document = graph_factory.evidence(store, one)
    made = page(factory.snapshot(document), store)
    text = re.sub(r"<style.*?</style>|<[^>]+>", " ", made.html, flags=re.DOTALL)
    assert not re.findall(r"(?i)\b(?:images?|pixels?|patients?|heatmaps?)\b", text)
    for words in (
        "a graph of at most 200 nodes",
        "Atom C",
        "Graphs that name relevant nodes",
        "The relevant nodes and everything else",
    ):
        assert words in re.sub(r"\s+", " ", text)


def test_findings_speak_of_nodes(store):
    one = graph_factory.item(store, graph_factory.graph())
    found = {finding.id: finding for finding in findings(graph_factory.evidence(store, one))}
    assert found["outside-flips"].title == "Decisions depend on nodes other than the relevant ones"
    assert found["outside-flips"].sentence.startswith(
        "Taking away all nodes but the relevant ones, with their edges, changed"
    )


def test_a_missing_graph_stops_the_picture(store):
    one = graph_factory.item(store, graph_factory.graph())
    store.path(one.entry.content).unlink()
    with pytest.raises(RetraceError, match=r"graph 'graph-0' .* is not in the store"):
        drawn(store, one).draw(one, "original", {})
