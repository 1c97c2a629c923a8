"""The page on which reviewers are declared and their authority is withdrawn."""

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from auditor.common.errors import Refused
from auditor.language import said
from auditor.web import Request, officer, refused
from reports.decisions.forms import ReviewerForm
from reports.decisions.reviewers import declared_reviewers, reviewer_declare, reviewer_withdraw


def reviewers(request: Request) -> HttpResponse:
    """Show who may review decisions, and declare another."""
    form = ReviewerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            reviewer_declare(**form.cleaned_data, by=officer(request))
            return redirect("reviewers")
        except Refused as error:
            form.add_error(None, said(error.sentence))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    context = {"form": form, "reviewers": declared_reviewers()}
    return render(request, "decisions/reviewers.html", context, status=status)


@require_POST
def withdraw(request: Request, pk: int) -> HttpResponse:
    """Withdraw an authority."""
    try:
        reviewer_withdraw(get_object_or_404(declared_reviewers(), pk=pk), by=officer(request))
    except Refused as error:
        return refused(request, error.sentence)
    return redirect("reviewers")
