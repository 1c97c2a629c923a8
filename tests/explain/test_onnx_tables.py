"""Exports of tree ensembles: a label beside the probabilities, as an array or as ZipMap writes them."""

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper

from auditor.common.errors import Refused
from auditor.explain.model import load
from auditor.explain.spec import ModelSpec

ROWS = torch.tensor([[0.2, 9.0], [0.5, -1.0], [0.7, 0.0]])
BY_HAND = np.array([[0.9, 0.1], [0.9, 0.1], [0.25, 0.75]])  # x0 <= 0.5: the first leaf


def spec(classes: tuple[str, ...] = ("no", "yes")) -> ModelSpec:
    return ModelSpec.model_validate(
        {
            "schema": "retrace-model/1",
            "name": "toy",
            "version": "1",
            "format": "onnx",
            "weights": "model.onnx",
            "input": {"kind": "table", "columns": [{"name": "x0"}, {"name": "x1"}]},
            "output": {"classes": classes, "activation": "none"},
        }
    )


def ensemble(labels: list[str] | list[int], zipmap: bool, batch: int | str = "n") -> bytes:
    """One tree of one split, x0 <= 0.5, with the leaves (0.9, 0.1) and (0.25, 0.75)."""
    named = "classlabels_strings" if isinstance(labels[0], str) else "classlabels_int64s"
    kind = TensorProto.STRING if isinstance(labels[0], str) else TensorProto.INT64
    tree = helper.make_node(
        "TreeEnsembleClassifier",
        ["rows"],
        ["label", "scores"],
        domain="ai.onnx.ml",
        nodes_treeids=[0, 0, 0],
        nodes_nodeids=[0, 1, 2],
        nodes_featureids=[0, 0, 0],
        nodes_values=[0.5, 0.0, 0.0],
        nodes_modes=["BRANCH_LEQ", "LEAF", "LEAF"],
        nodes_truenodeids=[1, 0, 0],
        nodes_falsenodeids=[2, 0, 0],
        class_treeids=[0, 0, 0, 0],
        class_nodeids=[1, 1, 2, 2],
        class_ids=[0, 1, 0, 1],
        class_weights=[0.9, 0.1, 0.25, 0.75],
        post_transform="NONE",
        **{named: labels},
    )
    nodes, outputs = [tree], [helper.make_tensor_value_info("label", kind, [batch])]
    if zipmap:
        nodes.append(helper.make_node("ZipMap", ["scores"], ["maps"], domain="ai.onnx.ml", **{named: labels}))
        entry = helper.make_map_type_proto(kind, helper.make_tensor_type_proto(TensorProto.FLOAT, []))
        outputs.append(helper.make_value_info("maps", helper.make_sequence_type_proto(entry)))
    else:
        outputs.append(helper.make_tensor_value_info("scores", TensorProto.FLOAT, [batch, 2]))
    given = helper.make_tensor_value_info("rows", TensorProto.FLOAT, [batch, 2])
    graph = helper.make_graph(nodes, "trees", [given], outputs)
    imports = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    return helper.make_model(graph, opset_imports=imports, ir_version=9).SerializeToString()


@pytest.mark.parametrize("batch", ["n", 1])
@pytest.mark.parametrize("zipmap", [False, True], ids=["array", "ZipMap"])
@pytest.mark.parametrize("labels", [["no", "yes"], [0, 1]], ids=["names", "numbers"])
def test_probabilities_are_those_of_the_leaves(labels, zipmap, batch):
    found = load(spec(), ensemble(labels, zipmap, batch))
    assert np.abs(found.probabilities(ROWS).numpy() - BY_HAND).max() < 1e-6
    assert found.tier == "predictions"


def test_maps_are_read_by_name_in_the_order_of_the_description():
    """onnxruntime sorts the keys of a map, so "yes" comes after "no" whatever the model says."""
    found = load(spec(("yes", "no")), ensemble(["yes", "no"], zipmap=True))
    assert np.abs(found.probabilities(ROWS).numpy() - BY_HAND).max() < 1e-6
    turned = load(spec(("no", "yes")), ensemble(["yes", "no"], zipmap=True))
    assert np.abs(turned.probabilities(ROWS).numpy() - BY_HAND[:, ::-1]).max() < 1e-6


@pytest.mark.parametrize("zipmap", [False, True], ids=["array", "ZipMap"])
def test_other_classes_than_the_description_are_refused_naming_both(zipmap):
    with pytest.raises(Refused, match=r"model\.onnx has the classes ill, well and model\.json no, yes"):
        load(spec(), ensemble(["ill", "well"], zipmap))


def test_an_array_in_another_order_is_refused():
    with pytest.raises(Refused, match=r"has the classes yes, no and model\.json no, yes"):
        load(spec(), ensemble(["yes", "no"], zipmap=False))


@pytest.mark.parametrize("kind", [TensorProto.DOUBLE, TensorProto.FLOAT16])
def test_rows_become_the_type_that_the_model_reads(kind):
    nodes = [
        helper.make_node("Cast", ["rows"], ["single"], to=TensorProto.FLOAT),
        helper.make_node("Softmax", ["single"], ["scores"]),
    ]
    given = helper.make_tensor_value_info("rows", kind, ["n", 2])
    scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", 2])
    graph = helper.make_graph(nodes, "cast", [given], [scores])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    found = load(spec(), onnx.ModelProto.SerializeToString(model)).probabilities(ROWS)
    assert torch.allclose(found, torch.softmax(ROWS, dim=1), atol=1e-2)
