"""Integrated Gradients (Sundararajan et al. 2017): the gradient, summed along the way from a baseline."""

import captum.attr
import torch
from pydantic import Field
from torch import Tensor

from auditor.explain.document import Document
from auditor.explain.evidence import MethodCard
from auditor.explain.methods.base import Attribution, Method, Question, left_over, scores_of
from auditor.explain.model import AuditedModel


class Settings(Document):
    """`steps` of the Gauss-Legendre sum; `baseline` is a grey value in [0, 1], 0 is black."""

    steps: int = Field(default=64, ge=8, le=1024)
    baseline: float = Field(default=0.0, ge=0, le=1)


class IntegratedGradients(Method[Settings]):
    """Integrated gradients by Gauss-Legendre quadrature, through Captum; channels are summed.

    Completeness (the paper's axiom) says that a map sums to f(x) - f(baseline); what is left over of it,
    |sum - difference| / |difference|, is reported for each item and tells whether `steps` suffice.

    References
    ----------
    M. Sundararajan, A. Taly, Q. Yan: Axiomatic Attribution for Deep Networks. ICML 2017.
    """

    settings_type = Settings
    card = MethodCard(
        name="integrated_gradients",
        title="Integrated Gradients",
        family="backpropagation",
        needs="gradients",
        scope="local",
        stage="after the model",
        kind="attribution",
        specific=False,
        sign="Signed: positive pixels lift the class's score above the baseline's, negative lower it.",
        cost="One forward and one backward pass per step and image.",
        paper="Sundararajan, Taly, Yan: Axiomatic Attribution for Deep Networks. ICML 2017.",
        failure_modes=(
            "Everything is relative to the baseline: pixels that equal it (black ones, with a black "
            "baseline) get nothing, whatever the model does with them.",
            "Maps are grainy; single pixels mean little.",
            "With too few steps the map does not sum to the difference in score; completeness shows it.",
            "The path runs through images that the model has never seen.",
        ),
        not_to_claim=(
            "That a dark pixel with no attribution did not matter.",
            "That changing a highlighted pixel alone would change the decision.",
            "That the map shows what a person should see in the image.",
        ),
    )

    def _attribute(self, model: AuditedModel, question: Question, batch: int) -> Attribution:
        parts = list(question.split(batch))
        maps = torch.cat([self._maps(model, part.inputs, part.targets, batch) for part in parts])
        with torch.inference_mode():
            reached = torch.cat([scores_of(model, part) for part in parts])
            blank = model.logits(torch.full_like(question.inputs[:1], self.settings.baseline))[
                0, question.targets
            ]
        return Attribution(maps, left_over(maps, reached - blank))

    def _maps(self, model: AuditedModel, inputs: Tensor, targets: Tensor, batch: int) -> Tensor:
        with torch.enable_grad():
            attributions: Tensor = captum.attr.IntegratedGradients(model.logits).attribute(
                inputs,
                baselines=self.settings.baseline,
                target=targets,
                n_steps=self.settings.steps,
                method="gausslegendre",
                internal_batch_size=batch,
            )  # (batch, channels, height, width)
        return attributions.detach().sum(dim=1).float()
