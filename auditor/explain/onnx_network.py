"""ONNX models through onnxruntime: predictions only, one file, standard operators only."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from google.protobuf.message import DecodeError
from onnx.external_data_helper import uses_external_data
from torch import Tensor, nn

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.classes import check_classes
from auditor.explain.onnx_folding import parts

_DOMAINS = {"", "ai.onnx", "ai.onnx.ml"}
_TYPES = {"tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(float16)": np.float16}
_LABELS = {"classlabels_strings", "classlabels_int64s", "classlabels_ints"}


class OnnxNetwork(nn.Module):
    """A network that answers and has no gradients; `size` is the number of values in its initialisers.

    Raises Refused for a file that is no ONNX model, keeps data in other files, uses operators that the ONNX
    standard does not define, has more than one input, or names other classes than `classes`.
    """

    predictions_only = True

    def __init__(self, source: bytes | Path, name: str, classes: tuple[str, ...]) -> None:
        super().__init__()
        content = source if isinstance(source, bytes) else source.read_bytes()
        model = _parsed(content, name)
        self.size = sum(int(np.prod(tensor.dims)) for tensor in model.graph.initializer)
        self._session = _session(content, name)
        inputs = self._session.get_inputs()
        if len(inputs) != 1:
            found = ", ".join(entry.name for entry in inputs) or "none"
            raise Refused(
                say(
                    "%(name)s needs exactly one input and has %(found)s; export the network for one input "
                    "alone.",
                    name=name,
                    found=found,
                )
            )
        self._name, self._classes, self._labels = name, classes, _labels(model)
        self._input = inputs[0].name
        self._type = _TYPES.get(inputs[0].type, np.float32)
        self._one_by_one = inputs[0].shape[:1] == [1]

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the model's first output (batch, ...) that has one row an item.

        Sides of 1 after the classes, as pooling leaves them, are taken away. An output of one value a class and item
        goes before an output of one value an item, and a list with the probabilities of each item by class, as ZipMap
        writes it, is read where there is no such array.
        """
        values = inputs.detach().cpu().contiguous().numpy().astype(self._type, copy=False)
        batches = np.split(values, len(values)) if self._one_by_one else [values]
        return torch.from_numpy(np.concatenate([self._run(batch) for batch in batches]))

    def _run(self, values: np.ndarray) -> np.ndarray:
        try:
            outputs = self._session.run(None, {self._input: values})
        except Exception as error:  # onnxruntime raises types of its own that share no base
            raise RuntimeError(str(error).splitlines()[0][:150]) from error
        outputs = [output for output in outputs if np.ndim(output) > 0 and len(output) == len(values)]
        arrays = [o for o in outputs if isinstance(o, np.ndarray) and o.dtype.kind == "f"]
        if arrays:
            if self._labels:
                check_classes(self._labels, self._classes, self._name)
            scores = np.asarray(max(arrays, key=lambda array: array.ndim > 1), dtype=np.float32)
            return scores.reshape(scores.shape[:2]) if scores.size == np.prod(scores.shape[:2]) else scores
        tables = [o for o in outputs if isinstance(o, list) and all(isinstance(row, dict) for row in o)]
        if not tables:
            raise RuntimeError(say("no output is an array of numbers with a row an item"))
        return self._of_classes(tables[0])

    def _of_classes(self, table: list[dict[str | int, float]]) -> np.ndarray:
        """Return probabilities by class as an array (items, classes), in the order of model.json."""
        keys = sorted(
            table[0], key=lambda key: self._classes.index(str(key)) if str(key) in self._classes else -1
        )
        check_classes(keys, self._classes, self._name)
        return np.array([[row[key] for key in keys] for row in table], dtype=np.float32)


def _labels(model: onnx.ModelProto) -> list[str] | list[int]:
    """Return the classes that the one classifier of a model names, or nothing."""
    named = [
        [value.decode(errors="replace") for value in attribute.strings] or list(attribute.ints)
        for node in parts(model, onnx.NodeProto)
        for attribute in node.attribute
        if node.op_type != "ZipMap" and attribute.name in _LABELS and (attribute.strings or attribute.ints)
    ]
    return named[0] if len(named) == 1 else []


def _parsed(content: bytes, name: str) -> onnx.ModelProto:
    try:
        model = onnx.load_model_from_string(content)
        _check(model, name)
        onnx.checker.check_model(model)
    except (DecodeError, onnx.checker.ValidationError) as error:
        raise Refused(
            say(
                "%(name)s is not a valid ONNX model (%(problem)s).",
                name=name,
                problem=str(error).splitlines()[0][:150],
            )
        ) from error
    return model


def _check(model: onnx.ModelProto, name: str) -> None:
    for node in parts(model, onnx.NodeProto):
        if node.domain not in _DOMAINS:
            raise Refused(
                say(
                    "%(name)s uses the operator %(domain)s.%(operator)s, which is not in the ONNX standard.",
                    name=name,
                    domain=node.domain,
                    operator=node.op_type,
                )
            )
    for tensor in parts(model, onnx.TensorProto):
        if uses_external_data(tensor):
            raise Refused(
                say(
                    "%(name)s keeps %(tensor)s in another file; save it in one piece with "
                    "onnx.save_model(onnx.load(path), path, save_as_external_data=False).",
                    name=name,
                    tensor=repr(tensor.name),
                )
            )


def _session(content: bytes, name: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises types of its own that share no base
        raise Refused(
            say(
                "%(name)s cannot be run by onnxruntime (%(problem)s).",
                name=name,
                problem=str(error).splitlines()[0][:150],
            )
        ) from error
