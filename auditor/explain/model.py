"""One audited model behind one interface with three tiers: predictions, gradients, layers."""

from pathlib import Path

import torch
from torch import Tensor, nn

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain import architectures, packing
from auditor.explain.determinism import deterministic
from auditor.explain.evidence import Tier
from auditor.explain.layers import dense_inputs, layer_named, order_of_maps
from auditor.explain.sniff import check_not_pickle
from auditor.explain.spec import GraphInput, ModelSpec, NumberColumn, TableInput
from auditor.explain.weights import check_fit, fill_buffers, has_meta_buffers, read_weights

__all__ = ["AuditedModel", "check_not_pickle", "load"]


_CHANNELS_LAST = {4: torch.channels_last, 5: torch.channels_last_3d}


class Scorer(nn.Module):
    """Inputs to logits, as one module: normalisation, the network, two logits for a sigmoid."""

    mean: Tensor
    std: Tensor

    def __init__(self, network: nn.Module, spec: ModelSpec) -> None:
        super().__init__()
        self.network = network
        self.activation = spec.output.activation
        self.padded = isinstance(spec.input, GraphInput)
        self.scales = not getattr(network, "scales_itself", False)
        shape = (len(spec.input.mean), *(1 for _ in spec.input.shape[1:]))
        mean, std = (torch.tensor(one).reshape(shape) for one in (spec.input.mean, spec.input.std))
        if isinstance(spec.input, GraphInput):
            mean, std = packing.statistics(spec.input)
        self.register_buffer("mean", mean, persistent=False)
        self.register_buffer("std", std, persistent=False)

    def forward(self, pixels: Tensor) -> Tensor:
        """Return scores (batch, classes) whose softmax are the probabilities.

        A single sigmoid logit z becomes (-z/2, z/2): the softmax of these is (1 - sigmoid(z), sigmoid(z)).
        Probabilities become their logarithms, of which the softmax are the probabilities.
        """
        return self.logits(self.network(self.normalised(pixels)))

    def logits(self, output: Tensor) -> Tensor:
        """Return the network's output as scores (batch, classes) whose softmax are the probabilities."""
        if self.activation == "sigmoid":
            half = output.reshape(-1, 1) / 2
            return torch.cat((-half, half), dim=1)
        if self.activation == "none":
            return output.clamp_min(torch.finfo(output.dtype).tiny).log()
        return output

    def normalised(self, pixels: Tensor) -> Tensor:
        """Return what the network sees, channels last: pooling and normalisation are twice as fast on a CPU."""
        if not self.scales:
            return pixels
        scaled = (pixels - self.mean) / self.std
        if self.padded:
            return scaled * packing.exists(pixels)  # the line of a node that does not exist stays zero
        order = _CHANNELS_LAST.get(scaled.ndim)
        return scaled if order is None else scaled.contiguous(memory_format=order)


class AuditedModel:
    """A network, frozen for the audit.

    Inputs are float32 (batch, *shape) as the model's input describes them: pixels in [0, 1], the numbers of a row, or
    the lines of a graph's nodes. They are normalised inside as model.json says, unless the network scales them itself,
    so attributions are about pixels, columns or nodes. Raises Refused where the network does not answer with one score
    a class, or where the layer that model.json names does not exist.
    """

    def __init__(self, network: nn.Module, spec: ModelSpec, device: str = "cpu") -> None:
        self.spec = spec
        self.device = torch.device(device)
        self.network = _frozen(network).to(self.device)
        for parameter in self.network.parameters():
            if parameter.ndim in _CHANNELS_LAST:
                parameter.data = parameter.data.contiguous(memory_format=_CHANNELS_LAST[parameter.ndim])
        self.parameters = getattr(network, "size", None) or sum(p.numel() for p in network.parameters())
        self.scorer = Scorer(self.network, spec).to(self.device)
        self.default_layer = self._probe()

    @property
    def tier(self) -> Tier:
        """What methods may ask of the model; each tier includes the ones before it."""
        if getattr(self.network, "predictions_only", False):
            return "predictions"
        return "layers" if self.default_layer is not None else "gradients"

    @property
    def classes(self) -> tuple[str, ...]:
        """The model's classes, in the order of its scores."""
        return self.spec.output.classes

    def logits(self, pixels: Tensor) -> Tensor:
        """Return scores (batch, classes) whose softmax are the probabilities; see `Scorer`."""
        scores: Tensor = self.scorer(pixels)
        return scores

    def probabilities(self, pixels: Tensor) -> Tensor:
        """Return probabilities (batch, classes), without a graph."""
        with torch.inference_mode():
            return torch.softmax(self.logits(pixels), dim=1)

    def embedding(self, inputs: Tensor) -> Tensor | None:
        """Return what the last dense layer is given, (batch, numbers), or None for a model without one."""
        with torch.inference_mode(), dense_inputs(self.network) as seen:
            self.logits(inputs)
        return seen[-1] if seen and len(seen[-1]) == len(inputs) else None

    def places(self, attributions: Tensor) -> Tensor:
        """Return one value a place, float32 (items, *places).

        It is the sum over a pixel's channels, a column's numbers or a node's features, whose edges are not counted.
        """
        values, given = attributions.detach(), self.spec.input
        if isinstance(given, GraphInput):
            return packing.features(values, given).sum(dim=-1).float()
        if not isinstance(given, TableInput):
            return values.sum(dim=1).float()
        owners = torch.tensor(given.owners, device=values.device)
        columns = values.new_zeros(len(values), len(given.columns))
        return columns.index_add(1, owners, values).float()

    def baseline(self, values: float | tuple[float, ...] | None, like: Tensor) -> Tensor:
        """Return a baseline for inputs like these (items, *shape): one for all of them, (1, *shape), or one each.

        Where None it is black, the reference row of a table, or the same graph with every feature at its mean. Raises
        Refused unless a level is one number, or one a channel; tables and graphs have no levels.
        """
        given = self.spec.input
        if isinstance(given, GraphInput):
            return packing.baseline(values, like, given)
        if isinstance(given, TableInput):
            if values is not None:
                raise Refused(say("The baseline of a table is the references of its columns; leave it out."))
            return torch.tensor(given.reference, dtype=torch.float32, device=self.device)[None]
        levels = values if isinstance(values, tuple) else (values or 0.0,)
        if len(levels) not in (1, given.channels):
            raise Refused(
                say(
                    "The baseline has %(levels)s numbers and the model's input %(channels)s channels; give "
                    "one number, or one a channel.",
                    levels=len(levels),
                    channels=given.channels,
                )
            )
        level = torch.tensor(levels, dtype=torch.float32, device=self.device)
        return level.reshape(1, -1, *(1 for _ in given.shape[1:])).expand(1, *given.shape)

    def references(self, item: Tensor, background: Tensor) -> Tensor:
        """Return what an input is compared with, (background, *shape), for methods that compare.

        `item` is one input (*shape), or one for each of the background (background, *shape).

        It is the background itself; of graphs, the item's nodes and edges with the background's features.
        """
        given = self.spec.input
        return packing.lent(item, background, given) if isinstance(given, GraphInput) else background

    def usable(self, inputs: Tensor) -> Tensor:
        """Return which inputs hold nothing but numbers, booleans (inputs,); columns that may be NaN count as such."""
        numbers, given = torch.isfinite(inputs), self.spec.input
        if isinstance(given, TableInput):
            numbers = numbers | inputs.isnan() & torch.tensor(given.reads_nan, device=inputs.device)
        return numbers.flatten(1).all(dim=1)

    def spread(self, item: Tensor) -> Tensor:
        """Return what noise is scaled by, for one input (1, *shape): an item's range, or the columns' deviations.

        Categories are left alone, and of a graph all but the features of its nodes.
        """
        given = self.spec.input
        if isinstance(given, GraphInput):
            return packing.spread(item, given)[0]
        if not isinstance(given, TableInput):
            return item.amax() - item.amin()
        return torch.tensor(
            [
                column.std if isinstance(column, NumberColumn) else 0.0
                for column in given.columns
                for _ in range(column.width)
            ],
            device=self.device,
        )

    def layer(self, name: str) -> nn.Module:
        """Return a layer by its dotted name; raises Refused with the nearest names."""
        return layer_named(self.network, name)

    def _probe(self) -> str | None:
        """Ask one input of zeros: checks the shape of the answer and finds the last layer with a spatial map."""
        spec = self.spec
        shape = spec.input.shape
        black = torch.zeros(1, *shape, device=self.device)
        with torch.inference_mode(), order_of_maps(self.network) as seen:
            try:
                output = self.network(self.scorer.normalised(black))
            except (RuntimeError, ValueError, IndexError) as error:
                raise Refused(
                    say(
                        "The network %(network)s cannot read an input of %(shape)s (%(problem)s); check the "
                        "input and the config in model.json.",
                        network=repr(spec.network),
                        shape=" x ".join(map(str, shape)),
                        problem=_first_line(error),
                    )
                ) from error
        _check_output(output, spec)
        if spec.gradcam_layer is not None:
            self.layer(spec.gradcam_layer)
            return spec.gradcam_layer
        return seen[-1] if seen else None


def load(spec: ModelSpec, weights: bytes | Path, device: str = "cpu") -> AuditedModel:
    """Return the audited model that model.json and its weights describe; nothing of theirs is run.

    Raises Refused with one sentence: a pickle, a broken file, an unknown architecture, a key that differs, an
    operator that ONNX does not define, data outside of the file, a type that no scikit-learn model needs.
    """
    if isinstance(weights, Path):
        check_not_pickle(weights, spec.weights)
    if spec.format == "onnx":
        from auditor.explain.onnx_network import OnnxNetwork  # onnxruntime is loaded where it is needed

        with deterministic(0):
            return AuditedModel(OnnxNetwork(weights, spec.weights, spec.output.classes), spec)
    if spec.format == "skops":
        from auditor.explain.skops_network import SkopsNetwork  # scikit-learn likewise

        with deterministic(0):
            return AuditedModel(SkopsNetwork(weights, spec), spec)
    with deterministic(0):
        return AuditedModel(_network(spec, weights), spec, device)


def _network(spec: ModelSpec, weights: bytes | Path) -> nn.Module:
    tensors = read_weights(weights, spec.weights)
    with torch.device("meta"):
        network = architectures.build(spec.architecture, spec.config)
    check_fit(network, tensors, spec.weights)
    network.load_state_dict(tensors, strict=True, assign=True)
    if has_meta_buffers(network):
        fill_buffers(network, architectures.build(spec.architecture, spec.config))
    return network


def _frozen(network: nn.Module) -> nn.Module:
    network.eval().requires_grad_(False)
    for module in network.modules():
        if getattr(module, "inplace", False) is True:
            setattr(module, "inplace", False)  # noqa: B010
    return network


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:150] if str(error) else type(error).__name__


def _check_output(output: object, spec: ModelSpec) -> None:
    wanted = 1 if spec.output.activation == "sigmoid" else len(spec.output.classes)
    shape = tuple(output.shape) if isinstance(output, Tensor) else None
    if shape == (1, wanted) or (wanted == 1 and shape == (1,)):
        return
    what = (
        say("scores of shape %(shape)s", shape=str(shape))
        if shape
        else say("a %(type)s", type=type(output).__name__)
    )
    raise Refused(
        say(
            "The model answers one input with %(what)s and model.json names %(classes)s classes with "
            "%(activation)s, so (1, %(wanted)s) is needed; correct output.classes or the config.",
            what=what,
            classes=len(spec.output.classes),
            activation=spec.output.activation,
            wanted=wanted,
        )
    )
