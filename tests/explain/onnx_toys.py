"""A small network and the ONNX model that says the same, written node by node with ONNX's own tools."""

import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from auditor.explain.spec import ModelSpec
from tests.explain import toys


def spec(activation: str = "softmax") -> ModelSpec:
    described = toys.spec(size=16).model_dump(mode="json", by_alias=True)
    output = {**described["output"], "activation": activation}
    return ModelSpec.model_validate(
        {
            **described,
            "format": "onnx",
            "architecture": "",
            "config": {},
            "weights": "model.onnx",
            "output": output,
        }
    )


def small(seed: int = 0) -> torch.nn.Sequential:
    torch.manual_seed(seed)
    return torch.nn.Sequential(
        torch.nn.Conv2d(1, 4, 3, padding=1), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(4 * 256, 2)
    )


def written(
    network: torch.nn.Sequential, *, batch: int | str = "n", domain: str = "", last: str = ""
) -> onnx.ModelProto:
    """Write the network with ONNX's own tools, node by node."""
    names = ["0.weight", "0.bias", "3.weight", "3.bias"]
    state = network.state_dict()
    nodes = [
        helper.make_node("Conv", ["images", "0.weight", "0.bias"], ["a"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["a"], ["b"], domain=domain),
        helper.make_node("Flatten", ["b"], ["c"]),
        helper.make_node("Gemm", ["c", "3.weight", "3.bias"], ["d" if last else "scores"], transB=1),
    ]
    if last:
        nodes.append(helper.make_node(last, ["d"], ["scores"]))
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [batch, 1, 16, 16])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [batch, 2])],
        [numpy_helper.from_array(state[name].numpy(), name) for name in names],
    )
    imports = [helper.make_opsetid("", 17)] + ([helper.make_opsetid(domain, 1)] if domain else [])
    return helper.make_model(graph, opset_imports=imports, ir_version=9)
