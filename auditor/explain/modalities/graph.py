"""Graphs: packed node by node; compared by the relevant nodes, each feature, and all edges, which are taken away."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auditor.common.said import say, verbatim
from auditor.explain import packing
from auditor.explain.evidence import Region
from auditor.explain.globals.graphs import describe_graph, graph_features
from auditor.explain.graphs import Marks, parse_graph
from auditor.explain.material.fingerprints import refined
from auditor.explain.modalities.base import INSIDE, OUTSIDE, Mask, Modality, Subject, owned_mask, partial_mask
from auditor.explain.spec import GraphInput

_EDGES = Region(name="edges", kind="feature", title=say("all edges"))


class Graphs(Modality):
    """Items are graphs; an input is packed as `GraphInput` says, a place is a node that exists, in the file's order."""

    exchanges = False

    def __init__(self, spec: GraphInput) -> None:
        self.spec = spec
        self.features = graph_features(spec)

    def read(self, content: bytes, name: str) -> Tensor:
        """Return a stored graph as the model's input; raises Refused naming it."""
        return packing.encode_graph(parse_graph(content, name), self.spec, name[:1].upper() + name[1:])

    def relevant(self, content: bytes, name: str) -> Mask | None:
        """Return the relevant nodes of a graph, (nodes that exist,)."""
        marks = Marks.parse(content, name=say("The relevant nodes of %(name)s", name=name))
        return partial_mask(np.isin(np.arange(marks.nodes), marks.relevant))

    def trimmed(self, values: NDArray[np.float32], given: Tensor) -> NDArray[np.float32]:
        """Return values by node (nodes,) or by edge (receivers, senders) for the nodes that exist alone."""
        count = _count(given)
        return values[(slice(count),) * values.ndim]

    def describe(self, given: Tensor, mask: Mask | None) -> dict[str, float]:
        """Return size, density, loops and the means of the nodes' features."""
        count = _count(given)
        nodes = given[:count].cpu()
        joined = (packing.edges(given.cpu())[:count, :count] != 0).numpy()
        focus = nodes[:, 1].nonzero()
        return describe_graph(
            packing.features(nodes, self.spec).double().numpy(),
            joined | joined.T,
            int(focus[0]) if len(focus) else None,
            self.spec,
        )

    def fingerprint(self, given: Tensor) -> bytes:
        """Return a digest of the graph that the order of its nodes does not change."""
        count = _count(given)
        nodes = given[:count].cpu().double().numpy()
        return refined(nodes[:, 1 : self.spec.columns.stop], nodes[:, self.spec.columns.stop :][:, :count])

    def regions(self, masked: bool) -> tuple[Region, ...]:
        """Return inside and outside where there are relevant nodes, then the features, then all edges."""
        found = tuple(
            Region(name=feature.name, kind="feature", title=verbatim(feature.label), column=index)
            for index, feature in enumerate(self.spec.features)
        )
        return (INSIDE, OUTSIDE, *found, _EDGES) if masked else (*found, _EDGES)

    def replaced(self, subject: Subject, region: Region) -> Tensor | None:
        """Return the graph without a region's nodes, with one feature at its mean on every node, or without edges."""
        given = subject.given
        if region.kind == "mask":
            return self._without(given, owned_mask(region, subject.mask))
        made = given.clone()
        if region.column is None:
            made[:, self.spec.columns.stop :] = 0
        else:
            column, mean = self.spec.columns.start + region.column, self.spec.mean[region.column]
            made[:, column] = mean * given[:, 0]
        return made

    def owned(self, region: Region, mask: Mask | None) -> Mask | None:
        """Return the nodes of the relevant region or of the rest, (nodes that exist,); a feature has no nodes."""
        return owned_mask(region, mask) if region.kind == "mask" else None

    def _without(self, given: Tensor, owned: Mask | None) -> Tensor | None:
        """Return a graph without some nodes; None where none of them can go, as the focus cannot."""
        if owned is None:
            return None
        leaving = torch.zeros(len(given), dtype=torch.bool)
        leaving[: len(owned)] = torch.from_numpy(owned)
        made = packing.without(given, leaving.to(given.device))
        return None if torch.equal(made, given) else made


def _count(given: Tensor) -> int:
    """Return how many nodes exist; they come first."""
    return int(packing.exists(given).sum())
