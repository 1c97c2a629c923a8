"""ONNX models answer as the network that they were written from, and bring nothing else along."""

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from auditor.common.errors import Refused
from auditor.explain.cards import why_not
from auditor.explain.methods.base import Question
from auditor.explain.methods.catalog import METHODS, method
from auditor.explain.model import AuditedModel, load
from auditor.explain.spec import ModelSpec
from tests.explain import toys
from tests.explain.onnx_toys import small, spec, written


def both(batch: int | str = "n") -> tuple[AuditedModel, AuditedModel]:
    network = small()
    described = toys.spec(size=16)
    return load(spec(), written(network, batch=batch).SerializeToString()), AuditedModel(network, described)


@pytest.mark.parametrize("batch", ["n", 1], ids=["any batch", "one at a time"])
def test_it_answers_as_the_network_does(batch):
    found, original = both(batch)
    images = torch.rand(5, 1, 16, 16)
    assert torch.allclose(found.logits(images), original.logits(images), atol=1e-5)
    assert found.parameters == original.parameters


def test_probabilities_are_kept_where_the_model_gives_them():
    network = small()
    found = load(spec("none"), written(network, last="Softmax").SerializeToString())
    images = torch.rand(5, 1, 16, 16)
    assert torch.allclose(
        found.probabilities(images),
        AuditedModel(network, toys.spec(size=16)).probabilities(images),
        atol=1e-6,
    )


def test_methods_that_need_predictions_give_the_same_maps():
    found, original = both()
    question = Question(torch.rand(2, 1, 16, 16), torch.tensor([0, 1]), (0, 1))
    occlusion = method("occlusion", {"window": 4, "stride": 4})
    ours = occlusion.attribute(found, question, 16).maps
    theirs = occlusion.attribute(original, question, 16).maps
    assert (ours - theirs).abs().max() <= 1e-4 * theirs.abs().max()


def test_other_methods_are_not_applicable_and_say_why():
    found, original = both()
    assert (found.tier, original.tier) == ("predictions", "layers")
    for card in (method(name).card for name in METHODS if name != "gnn_explainer"):
        assert why_not(card, original.tier, "image") is None
        if card.needs != "predictions":
            assert (
                why_not(card, found.tier, "image")
                == f"The method needs {card.needs}, and this model gives predictions only."
            )


def refusal(model: onnx.ModelProto) -> str:
    with pytest.raises(Refused) as refused:
        load(spec(), model.SerializeToString())
    return refused.value.sentence


def test_data_in_another_file_is_refused_wherever_it_points():
    for location in ("weights.bin", "/etc/passwd", "../../secrets"):
        model = written(small())
        tensor = model.graph.initializer[0]
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=location)
        assert "model.onnx keeps '0.weight' in another file; save it in one piece" in refusal(model)


def test_data_in_another_file_is_found_inside_of_nodes_too():
    model = written(small())
    constant = helper.make_node(
        "Constant", [], ["k"], value=numpy_helper.from_array(np.zeros(3, np.float32), "k")
    )
    constant.attribute[0].t.data_location = TensorProto.EXTERNAL
    constant.attribute[0].t.external_data.add(key="location", value="x")
    branch = helper.make_graph([constant], "inner", [], [])
    model.graph.node.append(helper.make_node("If", ["scores"], [], then_branch=branch, else_branch=branch))
    assert "keeps 'k' in another file" in refusal(model)


def test_operators_outside_of_the_standard_are_refused():
    assert "uses the operator com.example.Relu" in refusal(written(small(), domain="com.example"))


def test_what_is_no_model_is_refused():
    for content in (b"", b"nonsense", written(small()).SerializeToString()[:200]):
        with pytest.raises(Refused, match=r"model\.onnx"):
            load(spec(), content)


def test_a_second_input_is_refused():
    model = written(small())
    model.graph.input.append(helper.make_tensor_value_info("age", TensorProto.FLOAT, ["n"]))
    assert "needs exactly one input and has images, age" in refusal(model)


def test_a_model_that_does_not_fit_its_description_is_refused():
    described = spec().model_dump(mode="json", by_alias=True)
    described["input"] |= {"height": 20}
    with pytest.raises(Refused, match="cannot read an input of 1 x 20 x 16"):
        load(ModelSpec.model_validate(described), written(small()).SerializeToString())


def test_the_description_of_an_onnx_model_names_no_architecture():
    described = spec().model_dump(mode="json", by_alias=True)
    with pytest.raises(ValueError, match="brings its own network"):
        ModelSpec.model_validate({**described, "architecture": "retrace.SmallConvNet"})
