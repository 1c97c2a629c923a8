"""GNNExplainer (Ying et al. 2019): which edges and features of a graph suffice for its score."""

import math
from typing import Literal

import torch
from pydantic import Field
from torch import Tensor
from torch.nn.functional import cross_entropy

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain import packing
from auditor.explain.cards import card
from auditor.explain.document import Document
from auditor.explain.memory import Room
from auditor.explain.methods.base import Attribution, Method, Question
from auditor.explain.model import AuditedModel
from auditor.explain.spec import GraphInput

Reduction = Literal["sum", "mean"]
_EPS = 1e-15


class Settings(Document):
    """`epochs` of Adam at rate `lr`; sizes and entropies of both masks weigh against the score.

    `node_mask` has one number a node ("object"), one a node and feature ("attributes"), or one a feature for all
    nodes together ("common_attributes"). Reductions say whether a size is the sum or the mean of its mask.
    """

    epochs: int = Field(default=100, ge=1, le=10_000)
    lr: float = Field(default=0.01, gt=0, le=1)
    node_mask: Literal["object", "attributes", "common_attributes"] = "attributes"
    edge_size: float = Field(default=0.005, ge=0, le=1000)
    edge_reduction: Reduction = "sum"
    edge_ent: float = Field(default=1.0, ge=0, le=1000)
    node_feat_size: float = Field(default=1.0, ge=0, le=1000)
    node_feat_reduction: Reduction = "mean"
    node_feat_ent: float = Field(default=0.1, ge=0, le=1000)


class GNNExplainer(Method[Settings]):
    """Masks over edges and features that keep the target's probability high while they are small and certain.

    The loss is the cross entropy of the target under the masks, plus size and entropy of each mask. The mask of an
    edge multiplies its weight; that of a feature multiplies the normalised feature, so that 0 means its mean. What
    has no gradient at first is outside of the question and gets 0. A node's value is the mean of its features' masks,
    without those that are 0.

    References
    ----------
    R. Ying, D. Bourgeois, J. You, M. Zitnik, J. Leskovec: GNNExplainer: Generating Explanations for Graph Neural
    Networks. NeurIPS 2019.
    """

    settings_type = Settings
    card = card("gnn_explainer")
    draws = True

    def _attribute(self, model: AuditedModel, question: Question, room: Room) -> Attribution:
        return Attribution.joined(question.each(room, lambda part: self._one(model, part)))

    def _one(self, model: AuditedModel, part: Question) -> Attribution:
        of_features, of_edges = self.masks(model, part)
        count = (of_features > 0).sum(dim=-1).clamp_min(1)
        of_nodes = of_features.sum(dim=-1) / count * packing.exists(part.inputs)[..., 0]
        return Attribution(of_nodes, edges=of_edges)

    def masks(self, model: AuditedModel, part: Question) -> tuple[Tensor, Tensor]:
        """Return what is kept of features (items, nodes or 1, features or 1) and edges (items, receivers, senders).

        Items learn side by side; Adam treats every number alone, so they do not meet.
        """
        given = model.spec.input
        if not isinstance(given, GraphInput):
            raise Refused(
                say(
                    "Method %(method)s explains graphs, and this model takes %(kind)ss.",
                    method=self.card.name,
                    kind=given.kind,
                )
            )
        graphs = model.scorer.normalised(part.inputs).detach()
        learnt = self._start(graphs, part.seeds, given)
        adam = torch.optim.Adam(learnt, lr=self.settings.lr)
        used: list[Tensor] = []
        for _ in range(self.settings.epochs):
            adam.zero_grad()
            with torch.enable_grad():
                logits = model.scorer.logits(model.network(_masked(graphs, *learnt, given)))
                loss = cross_entropy(logits, part.targets, reduction="sum")
                if used:
                    loss = loss + self._price(learnt, used)
                loss.backward()  # type: ignore[no-untyped-call]
            used = used or [_gradient(mask) != 0 for mask in learnt]
            adam.step()
        of_features, of_edges = (
            mask.detach().sigmoid() * where for mask, where in zip(learnt, used, strict=True)
        )
        return of_features, of_edges

    def _start(self, graphs: Tensor, seeds: tuple[int, ...], given: GraphInput) -> tuple[Tensor, Tensor]:
        """Return both masks before their sigmoid, drawn from every item's own seed: features first, then edges."""
        shared, single = self.settings.node_mask == "common_attributes", self.settings.node_mask == "object"
        there, joined = packing.exists(graphs)[..., 0].cpu(), packing.edges(graphs).cpu() != 0
        rows = there.new_ones(len(graphs), 1) if shared else there
        of_features = torch.zeros(*rows.shape, 1 if single else len(given.features))
        of_edges = torch.zeros(joined.shape)
        for item, seed in enumerate(seeds):
            draw = torch.Generator().manual_seed(seed)
            drawn = torch.randn(of_features[item, rows[item]].shape, generator=draw)
            of_features[item, rows[item]] = 0.1 * drawn
            spread = math.sqrt(2 / max(1, int(there[item].sum())))
            of_edges[item, joined[item]] = spread * torch.randn(int(joined[item].sum()), generator=draw)
        return of_features.to(graphs.device).requires_grad_(), of_edges.to(graphs.device).requires_grad_()

    def _price(self, masks: tuple[Tensor, Tensor], used: list[Tensor]) -> Tensor:
        s = self.settings
        return _price(masks[0], used[0], s.node_feat_size, s.node_feat_reduction, s.node_feat_ent) + _price(
            masks[1], used[1], s.edge_size, s.edge_reduction, s.edge_ent
        )


def _masked(graphs: Tensor, of_features: Tensor, of_edges: Tensor, given: GraphInput) -> Tensor:
    """Return graphs with their features and the weights of their edges multiplied by masks after a sigmoid."""
    features = packing.features(graphs, given) * of_features.sigmoid()
    return torch.cat((graphs[..., :2], features, packing.edges(graphs) * of_edges.sigmoid()), dim=-1)


def _price(mask: Tensor, used: Tensor, size: float, reduction: Reduction, entropy: float) -> Tensor:
    """Return what a mask costs for its size and for being undecided, where it is used; summed over items."""
    kept, count = mask.sigmoid(), used.flatten(1).sum(dim=1).clamp_min(1)
    undecided = -kept * torch.log(kept + _EPS) - (1 - kept) * torch.log(1 - kept + _EPS)
    total, doubt = ((values * used).flatten(1).sum(dim=1) for values in (kept, undecided))
    return (size * (total if reduction == "sum" else total / count) + entropy * doubt / count).sum()


def _gradient(mask: Tensor) -> Tensor:
    if mask.grad is None:
        raise ValueError("the loss does not depend on the mask")
    return mask.grad
