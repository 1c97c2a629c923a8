"""The parts of a plan that an officer can edit; a part more is a line more in `GROUPS`."""

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from auditor.explain.document import Document
from auditor.explain.globals.documents import GlobalSettings
from auditor.explain.parameters import Parameter, parameters_of
from auditor.explain.plan import Plan, SurrogatePlan, SurveyPlan, Thresholds
from auditor.explain.robustness.settings import RobustnessPlan
from auditor.explain.trust.settings import TrustPlan

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Group:
    """A part of the plan, by its dotted path: every field of it that has a description can be edited."""

    path: str
    title: "StrOrPromise"
    settings: type[Document]

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Return what can be edited."""
        fields = self.settings.model_fields.items()
        return parameters_of(self.settings, {name for name, field in fields if field.description})

    def within(self, plan: Any, step: Any = getattr) -> Any:
        """Return this part of a plan, a document by default; None where the plan leaves it out."""
        names = filter(None, self.path.split("."))
        return reduce(lambda part, name: None if part is None else step(part, name), names, plan)


GROUPS = (
    Group("", _("How the audit is done"), Plan),
    Group("surrogate", _("Surrogate tree"), SurrogatePlan),
    Group("survey", _("The model as a whole, and other outcomes"), SurveyPlan),
    Group("survey.importance", _("Importance of columns or regions"), GlobalSettings),
    Group("trust", _("How the explanations are tested"), TrustPlan),
    Group("robustness", _("What happens under graded changes"), RobustnessPlan),
    Group("thresholds", _("Where a measurement becomes a finding"), Thresholds),
)
