"""The example on graphs writes folders that intake accepts, the same for the same seed."""

from auditor.common.store import Store
from auditor.explain.spec import ModelSpec
from auditor.registry.intake.sets import accept_set
from auditor.registry.intake.weights import accept_model
from examples.graphs.__main__ import card, train, write_graphs
from examples.graphs.motifs import motifs
from examples.model_folder import write_model


def test_what_the_example_writes_is_accepted(tmp_path):
    made = motifs(30, seed=2)
    assert write_graphs(tmp_path / "set", made) == 30
    write_model(tmp_path / "model", card(), train(made, epochs=1))
    found = accept_set(tmp_path / "set", "set", b"", Store(tmp_path / "store"))
    assert (found.items, found.masks, found.modality) == (30, 30, "graph")
    assert set(found.labels) == set(ModelSpec.model_validate(card().to_json()).output.classes)
    assert accept_model(tmp_path / "model", Store(tmp_path / "store")).parameters > 1000


def test_the_motif_is_relevant_and_all_else_is_a_tree():
    for one in motifs(20, seed=3):
        relevant = set(one.graph.relevant_nodes)
        within = [edge for edge in one.graph.edges if {edge[0], edge[1]} <= relevant]
        assert len(relevant) == 5
        assert len(within) == {"house": 6, "cycle": 5}[one.label]
        assert len(one.graph.edges) - len(within) == len(one.graph.nodes) - len(relevant)


def test_the_same_seed_gives_the_same_graphs():
    assert motifs(5, seed=4) == motifs(5, seed=4) != motifs(5, seed=5)
