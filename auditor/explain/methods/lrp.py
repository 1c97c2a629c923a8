"""Layer-wise relevance propagation (Bach et al. 2015) by a composite of rules."""

from typing import Literal

import torch
from pydantic import Field
from torch import Tensor

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.cards import card
from auditor.explain.document import Document
from auditor.explain.memory import Room
from auditor.explain.methods.base import Attribution, Method, Question, left_over
from auditor.explain.model import AuditedModel
from auditor.explain.propagation.lrp import Composite, Relevance
from auditor.explain.propagation.lrp_rules import AlphaBeta, Box, Epsilon, Flat, Gamma, Rule

RuleName = Literal["epsilon", "gamma", "z_plus", "alpha_beta", "flat", "box"]


class Settings(Document):
    """Which rule goes back through the first layer with weights, convolutions and dense layers.

    Where `first` is None it is the box rule for inputs with bounds and the dense rule for tables. `epsilon` and
    `gamma` are those rules' constants; alpha-beta takes `alpha` and alpha - 1.
    """

    first: RuleName | None = None
    convolution: RuleName = "gamma"
    dense: RuleName = "epsilon"
    epsilon: float = Field(default=1e-6, ge=1e-9, le=10)
    gamma: float = Field(default=0.25, ge=0, le=100)
    alpha: float = Field(default=2.0, ge=1, le=10)


class LRP(Method[Settings]):
    """The relevance of the target's logit at the normalised input; channels are summed.

    Conservation says that a map sums to the logit; what biases and stabilisers kept back of it is reported as
    |sum - logit| / |logit| for each item.

    References
    ----------
    S. Bach, A. Binder, G. Montavon, F. Klauschen, K.-R. Mueller, W. Samek: On Pixel-Wise Explanations for Non-Linear
    Classifier Decisions by Layer-Wise Relevance Propagation. PLoS ONE 10(7), 2015.
    """

    settings_type = Settings
    card = card("lrp")

    def _attribute(self, model: AuditedModel, question: Question, room: Room) -> Attribution:
        composite = self._composite(model, question.inputs)
        made = question.each(room, lambda part: self._relevance(model, composite, part))
        maps = torch.cat([maps for maps, _ in made])
        return Attribution(maps, left_over(maps, torch.cat([logits for _, logits in made])))

    def _relevance(self, model: AuditedModel, composite: Composite, part: Question) -> tuple[Tensor, Tensor]:
        with torch.enable_grad():
            leaf = model.scorer.normalised(part.inputs).detach().requires_grad_()
            with Relevance(model.network, composite):
                output = model.network(leaf)
            logits = model.scorer.logits(output.detach()).gather(1, part.targets[:, None])
            start = torch.zeros_like(output)
            if output.shape[-1] == len(model.classes):
                start.scatter_(1, part.targets[:, None], logits)
            else:
                start.copy_(logits.reshape(output.shape))
            relevance = torch.autograd.grad(output, leaf, start)[0]
        return model.places(relevance), logits[:, 0]

    def _composite(self, model: AuditedModel, inputs: Tensor) -> Composite:
        rules: dict[RuleName, Rule] = {
            "epsilon": Epsilon(self.settings.epsilon),
            "gamma": Gamma(self.settings.gamma),
            "z_plus": AlphaBeta(1, 0),
            "alpha_beta": AlphaBeta(self.settings.alpha, self.settings.alpha - 1),
            "flat": Flat(),
        }
        settings, bounded = self.settings, model.spec.input.kind in ("image", "volume")
        if bounded:
            rules["box"] = Box(
                *(model.scorer.normalised(model.baseline(level, inputs)) for level in (0.0, 1.0))
            )
        elif settings.first == "box":
            raise Refused(
                say(
                    "Method lrp, parameter first: the box rule needs bounds, and a table's columns have none."
                )
            )
        first = settings.first or ("box" if bounded else settings.dense)
        return Composite(rules[first], rules[settings.convolution], rules[settings.dense])
