"""ONNX models through onnxruntime: predictions only, one file, standard operators only."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from google.protobuf.message import DecodeError
from onnx.external_data_helper import uses_external_data
from torch import Tensor, nn

from auditor.common.errors import Refused

_DOMAINS = {"", "ai.onnx", "ai.onnx.ml"}


class OnnxNetwork(nn.Module):
    """A network that answers and has no gradients; `size` is the number of values in its initialisers.

    Raises Refused for a file that is no ONNX model, keeps data in other files, uses operators that the ONNX
    standard does not define, or has more than one input.
    """

    predictions_only = True

    def __init__(self, source: bytes | Path, name: str) -> None:
        super().__init__()
        content = source if isinstance(source, bytes) else source.read_bytes()
        model = _parsed(content, name)
        self.size = sum(int(np.prod(tensor.dims)) for tensor in model.graph.initializer)
        self._session = _session(content, name)
        inputs = self._session.get_inputs()
        if len(inputs) != 1:
            found = ", ".join(entry.name for entry in inputs) or "none"
            raise Refused(
                f"{name} needs exactly one input and has {found}; export the network for images alone."
            )
        self._input = inputs[0].name
        self._one_by_one = inputs[0].shape[:1] == [1]

    def forward(self, images: Tensor) -> Tensor:
        """Return the model's first output (batch, ...) that has one row an image."""
        values = images.detach().cpu().contiguous().numpy().astype(np.float32, copy=False)
        parts = np.split(values, len(values)) if self._one_by_one else [values]
        return torch.from_numpy(np.concatenate([self._run(part) for part in parts]))

    def _run(self, values: np.ndarray) -> np.ndarray:
        try:
            outputs = self._session.run(None, {self._input: values})
        except Exception as error:  # onnxruntime raises types of its own that share no base
            raise RuntimeError(str(error).splitlines()[0][:150]) from error
        scores = [
            o for o in outputs if isinstance(o, np.ndarray) and o.dtype.kind == "f" and len(o) == len(values)
        ]
        if not scores:
            raise RuntimeError("no output is an array of numbers with a row an image")
        return np.asarray(scores[0], dtype=np.float32)


def _parsed(content: bytes, name: str) -> onnx.ModelProto:
    try:
        model = onnx.load_model_from_string(content)
        _check(model, name)
        onnx.checker.check_model(model)
    except (DecodeError, onnx.checker.ValidationError) as error:
        raise Refused(f"{name} is not a valid ONNX model ({str(error).splitlines()[0][:150]}).") from error
    return model


def _check(model: onnx.ModelProto, name: str) -> None:
    graphs = [*_graphs(model.graph)]
    nodes = [node for graph in graphs for node in graph.node]
    nodes += [node for function in model.functions for node in function.node]
    for node in nodes:
        if node.domain not in _DOMAINS:
            raise Refused(
                f"{name} uses the operator {node.domain}.{node.op_type}, which is not in the ONNX standard."
            )
    tensors = [tensor for graph in graphs for tensor in graph.initializer]
    tensors += [a.t for node in nodes for a in node.attribute if a.HasField("t")]
    for tensor in tensors:
        if uses_external_data(tensor):
            raise Refused(
                f"{name} keeps {tensor.name!r} in another file; save it in one piece with "
                "onnx.save_model(onnx.load(path), path, save_as_external_data=False)."
            )


def _graphs(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            for inner in ([attribute.g] if attribute.HasField("g") else []) + list(attribute.graphs):
                yield from _graphs(inner)


def _session(content: bytes, name: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises types of its own that share no base
        raise Refused(f"{name} cannot be run by onnxruntime ({str(error).splitlines()[0][:150]}).") from error
