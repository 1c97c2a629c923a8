"""Pages on which officers see to findings."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from auditor.audits.finding_forms import AssignForm, CloseForm, FilterForm, ReasonForm, StepForm
from auditor.audits.findings import Finding
from auditor.audits.models import FindingStep, Run, TrackedFinding
from auditor.audits.queries import findings_for_list
from auditor.audits.workflow import (
    finding_accept,
    finding_assign,
    finding_close,
    finding_reopen,
    findings_track,
)
from auditor.common.clock import utc_now
from auditor.common.errors import Refused
from auditor.language import localized
from auditor.web import Request, officer, refused

Service = Callable[..., None]
_STEPS: dict[str, tuple[type[StepForm], Service]] = {
    "assign": (AssignForm, finding_assign),
    "accept": (ReasonForm, finding_accept),
    "close": (CloseForm, finding_close),
    "reopen": (ReasonForm, finding_reopen),
}


@dataclass(frozen=True)
class Listed:
    """A finding as pages show it: what the rule says, where it stands, its history, and what can be done."""

    finding: Finding
    row: TrackedFinding | None
    steps: list[FindingStep]
    overdue: bool

    @property
    def forms(self) -> dict[str, StepForm]:
        """Return the forms of the steps that fit its state."""
        return {} if self.row is None else forms_of(self.row)

    @property
    def threshold(self) -> str:
        """Return the threshold, and whether it is the product's or the plan's."""
        found = self.finding.threshold
        if found is None:
            return ""
        value = {"value": localized(f"{found.value:g}")}
        if found.set_by == "default":
            return _("threshold %(value)s, default of the product") % value
        if found.set_by == "plan":
            return _("threshold %(value)s, set by the plan") % value
        return _("threshold %(value)s, set by the rule") % value


def forms_of(row: TrackedFinding) -> dict[str, StepForm]:
    """Return a form for each step that fits the state of a finding."""
    fitting = ("assign", "accept", "close") if row.state == row.State.OPEN else ("reopen",)
    return {step: _STEPS[step][0](row) for step in fitting}


def listed_findings(run: Run, found: Iterable[Finding], today: date) -> list[Listed]:
    """Return the findings of a run with what became of them."""
    tracked = run.tracked.select_related("owner", "run__model_version__model").prefetch_related(
        "steps__by", "steps__owner", "steps__follow_up"
    )
    rows = {row.finding: row for row in tracked}
    return [_listed(finding, rows.get(finding.id), today) for finding in found]


@require_safe
def findings(request: Request) -> HttpResponse:
    """List the findings of all audits: the open ones, unless others are asked for."""
    form = FilterForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    found = findings_for_list()
    if (state := asked.get("state") or TrackedFinding.State.OPEN) != "all":
        found = found.filter(state=state)
    if asked.get("severity"):
        found = found.filter(severity=asked["severity"])
    if asked.get("owner"):
        found = found.filter(owner=asked["owner"])
    if asked.get("overdue"):
        found = found.filter(state=TrackedFinding.State.OPEN, due__lt=utc_now().date())
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {"form": form, "page": page, "query": query.urlencode(), "today": utc_now().date()}
    return render(request, "audits/findings.html", context)


@require_POST
def track(request: Request, pk: UUID) -> HttpResponse:
    """Take up the findings of an audit that finished before findings were followed up."""
    try:
        findings_track(get_object_or_404(Run, pk=pk))
    except Refused as error:
        return refused(request, error.sentence)
    return redirect("run", pk=pk)


@require_POST
def step(request: Request, pk: int, step: str) -> HttpResponse:
    """Do one thing with a finding; htmx gets what changed on the page, everyone else the page of the audit."""
    if step not in _STEPS:
        raise Http404
    row = get_object_or_404(findings_for_list(), pk=pk)
    make, service = _STEPS[step]
    form = make(row, request.POST)
    sentence = _done(service, row, form, officer(request))
    if not request.htmx:
        if sentence:
            return refused(request, sentence)
        return redirect(f"{reverse('run', args=[row.run_id])}#tracked-{pk}")
    row.refresh_from_db()
    shown = _shown(row) | {"sentence": sentence}
    if sentence and step in shown["forms"]:
        shown["forms"][step] = form
    status = HTTPStatus.UNPROCESSABLE_ENTITY if sentence else HTTPStatus.OK
    return render(request, "audits/_tracked.html", shown, status=status)


def _done(service: Service, row: TrackedFinding, form: StepForm, by: User) -> str:
    """Do a step; return an empty text, or the sentence that refuses it."""
    if not form.is_valid():
        return " ".join(f"{form.fields[name].label}: {errors[0]}" for name, errors in form.errors.items())
    try:
        service(row, by=by, **form.cleaned_data)
    except Refused as error:
        return error.sentence
    return ""


def _shown(row: TrackedFinding) -> dict[str, Any]:
    steps = list(row.steps.select_related("by", "owner", "follow_up"))
    return {
        "row": row,
        "steps": steps,
        "forms": forms_of(row),
        "overdue": row.overdue(utc_now().date()),
        "settled": True,
    }


def _listed(finding: Finding, row: TrackedFinding | None, today: date) -> Listed:
    if row is None:
        return Listed(finding, None, [], False)
    return Listed(finding, row, list(row.steps.all()), row.overdue(today))
