"""Graph convolutions on graphs that are packed into one tensor, for graphs and for single nodes of them."""

from itertools import pairwise
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from auditor.explain.architectures.architecture import Architecture, Options

Readout = Literal["mean", "sum", "max", "focus"]


class SmallGNNOptions(Options):
    """The options of SmallGNN; ``classes`` is the number of logits, 1 for a sigmoid output."""

    features: Annotated[int, Field(ge=1, le=1000)]
    classes: Annotated[int, Field(ge=1, le=1000)] = 2
    hidden: Annotated[list[Annotated[int, Field(ge=1, le=1024)]], Field(min_length=1, max_length=8)] = [
        16,
        16,
    ]
    convolution: Literal["gcn", "gin", "sage"] = "gcn"
    readout: Readout = "mean"


class GCN(nn.Module):
    """The graph convolution of Kipf and Welling (ICLR 2017), with self-loops and symmetric normalisation.

    Degrees count the edges that a node receives, and its own loop, whatever their weights. Weights multiply the
    messages after that, so that a weight between 0 and 1 weakens a message and changes no other.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.lin = nn.Linear(inputs, outputs, bias=False)
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, nodes: Tensor, edges: Tensor) -> Tensor:
        """Return (batch, nodes, outputs) for (batch, nodes, inputs) and edges (batch, receivers, senders)."""
        scale = (1 + received(edges)).rsqrt()
        sent = self.lin(nodes) * scale
        result: Tensor = (edges @ sent + sent) * scale + self.bias
        return result


class GIN(nn.Module):
    """The graph isomorphism convolution of Xu, Hu, Leskovec, Jegelka (ICLR 2019), with a learnt epsilon."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.eps = nn.Parameter(torch.zeros(1))
        self.nn = nn.Sequential(nn.Linear(inputs, outputs), nn.ReLU(), nn.Linear(outputs, outputs))

    def forward(self, nodes: Tensor, edges: Tensor) -> Tensor:
        """Return (batch, nodes, outputs) for (batch, nodes, inputs) and edges (batch, receivers, senders)."""
        result: Tensor = self.nn(edges @ nodes + nodes * (1 + self.eps))
        return result


class SAGE(nn.Module):
    """The GraphSAGE convolution of Hamilton, Ying, Leskovec (NeurIPS 2017), with the mean of what is received."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.lin_l, self.lin_r = nn.Linear(inputs, outputs), nn.Linear(inputs, outputs, bias=False)

    def forward(self, nodes: Tensor, edges: Tensor) -> Tensor:
        """Return (batch, nodes, outputs) for (batch, nodes, inputs) and edges (batch, receivers, senders)."""
        mean = edges @ nodes / received(edges).clamp(min=1)
        result: Tensor = self.lin_l(mean) + self.lin_r(nodes)
        return result


_CONVOLUTIONS = {"gcn": GCN, "gin": GIN, "sage": SAGE}


def received(edges: Tensor) -> Tensor:
    """Return how many edges each node receives, (batch, nodes, 1); a count has no gradient."""
    return (edges != 0).sum(dim=-1, keepdim=True)


class SmallGNN(nn.Module):
    """Graph convolutions with ReLU after each, one readout over the nodes, one linear layer.

    Layers are ``convolutions.0`` and ``relus.0`` to ``convolutions.{n}`` and ``relus.{n}``, and ``head``. Nodes that
    do not exist send nothing and are not read.
    """

    def __init__(
        self,
        *,
        features: int,
        classes: int = 2,
        hidden: list[int] | None = None,
        convolution: str = "gcn",
        readout: Readout = "mean",
    ) -> None:
        super().__init__()
        self.features, self.readout = features, readout
        widths = [features, *(hidden or SmallGNNOptions.model_fields["hidden"].default)]
        self.convolutions = nn.ModuleList(_CONVOLUTIONS[convolution](*pair) for pair in pairwise(widths))
        self.relus = nn.ModuleList(nn.ReLU() for _ in self.convolutions)
        self.head = nn.Linear(widths[-1], classes)

    def forward(self, graphs: Tensor) -> Tensor:
        """Return logits (batch, classes) of graphs (batch, nodes, 2 + features + nodes) as `GraphInput` packs them."""
        there, focus = graphs[..., :1] != 0, graphs[..., 1:2] != 0
        nodes, edges = graphs[..., 2 : 2 + self.features], graphs[..., 2 + self.features :]
        for convolution, relu in zip(self.convolutions, self.relus, strict=True):
            nodes = relu(convolution(nodes, edges)) * there
        logits: Tensor = self.head(self._read(nodes, there, focus))
        return logits

    def _read(self, nodes: Tensor, there: Tensor, focus: Tensor) -> Tensor:
        if self.readout == "max":
            return nodes.amax(dim=1)  # nothing is below 0 after a ReLU
        if self.readout == "focus":
            return (nodes * focus).sum(dim=1)
        total = nodes.sum(dim=1)
        return total / there.sum(dim=1).clamp(min=1) if self.readout == "mean" else total


def _make(options: SmallGNNOptions) -> nn.Module:
    return SmallGNN(**options.model_dump())


ARCHITECTURES = (
    Architecture(
        name="retrace.SmallGNN",
        summary="graphs, a few graph convolutions (GCN, GIN or GraphSAGE) and one readout",
        options=SmallGNNOptions,
        make=_make,
    ),
)
