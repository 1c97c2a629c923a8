"""Pages of plans: which there are, and the editor for one's own."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from auditor.audits.plan_forms import FilterForm, PlanForm, StartForm
from auditor.audits.queries import listed_own_plans, listed_product_plans, plan_asked
from auditor.audits.services import plan_own
from auditor.common.errors import Refused
from auditor.language import said
from auditor.web import Request, officer


@require_safe
def plans(request: Request) -> HttpResponse:
    """List the product's plans and those that officers fixed."""
    context = {"product": listed_product_plans(), "own": listed_own_plans()}
    return render(request, "audits/plans.html", context)


@require_http_methods(["GET", "POST"])
def new_plan(request: Request) -> HttpResponse:
    """Make a plan of one's own: choose a model and a plan to start from, then methods by their cards."""
    asked = {"from": "standard"} | request.GET.dict()
    start = StartForm(asked if "model_version" in asked else None, initial=asked)
    if not start.is_valid():
        return _editor(request, start, {"start": start})
    version = start.cleaned_data["model_version"]
    base = plan_asked(start.cleaned_data["from"], version.kind)
    filters = FilterForm(request.GET.dict() | request.POST.dict())
    if request.method == "POST" and not request.htmx:
        form = PlanForm(request.POST, base=base, version=version)
    else:
        form = PlanForm(base=base, version=version, initial=request.POST.dict() or None)
    if form.is_valid():
        try:
            plan = plan_own(form.plan, officer(request), base=base)
            query = urlencode({"model_version": version.pk, "plan": plan.digest})
            return redirect(f"{reverse('new-run')}?{query}")
        except Refused as error:
            form.add_error("name", said(error.sentence))
    shown = {
        "start": start,
        "version": version,
        "filters": filters,
        "form": form,
        "methods": form.methods(filters),
    }
    return _editor(request, form, shown)


def _editor(request: Request, form: Form, context: dict[str, Any]) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "audits/new_plan.html", context, status=status)
