"""Pages of the registry: what is registered, and the way in."""

from http import HTTPStatus
from pathlib import Path

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from auditor.common.errors import Refused
from auditor.explain.formats.fields import listed
from auditor.jobs.models import State
from auditor.language import said
from auditor.registry.forms import UploadForm
from auditor.registry.models import Intake, Kind, ModelVersion, ValidationSet
from auditor.registry.services import intake_create
from auditor.web import Request, officer


@require_safe
def models(request: Request) -> HttpResponse:
    """List every model version, the newest first."""
    versions = ModelVersion.objects.select_related("model", "registered_by")
    return render(request, "registry/models.html", {"versions": versions})


@require_safe
def model_version(request: Request, pk: int) -> HttpResponse:
    """Show one model version and its audits."""
    version = get_object_or_404(ModelVersion.objects.select_related("model"), pk=pk)
    runs = version.runs.select_related("validation_set", "plan")
    return render(
        request, "registry/model_version.html", {"version": version, "spec": version.document, "runs": runs}
    )


@require_safe
def sets(request: Request) -> HttpResponse:
    """List every validation set, the newest first."""
    return render(
        request, "registry/sets.html", {"sets": ValidationSet.objects.select_related("registered_by")}
    )


@require_safe
def validation_set(request: Request, pk: int) -> HttpResponse:
    """Show one validation set and its audits."""
    found = get_object_or_404(ValidationSet, pk=pk)
    runs = found.runs.select_related("model_version__model", "plan")
    account = found.account
    context = {
        "set": found,
        "runs": runs,
        "account": account,
        "removed": listed(account.removed) if account else "",
        "replaced": listed(account.replaced) if account else "",
    }
    return render(request, "registry/validation_set.html", context)


def register(request: Request, kind: str) -> HttpResponse:
    """Take an archive in and show where its examination stands."""
    if kind not in Kind.values:
        raise Http404
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid():
        archive: TemporaryUploadedFile = form.cleaned_data["archive"]
        try:
            intake = intake_create(
                kind=Kind(kind),
                path=Path(archive.temporary_file_path()),
                filename=archive.name or "upload",
                by=officer(request),
            )
            return redirect("intake", pk=intake.pk)
        except Refused as error:
            form.add_error("archive", said(error.sentence))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else 200
    return render(request, "registry/register.html", {"form": form, "kind": Kind(kind)}, status=status)


@require_safe
def intake(request: Request, pk: int) -> HttpResponse:
    """Show an examination under way, answer 422 with the reason of a refusal, or lead to what was registered."""
    found = get_object_or_404(Intake, pk=pk)
    target = None
    if found.state == State.DONE:
        target = found.model_version or found.validation_set
    if target is not None:
        name = "model-version" if found.kind == Kind.MODEL else "validation-set"
        if request.htmx:
            response = HttpResponse()
            response["HX-Redirect"] = redirect(name, pk=target.pk).url
            return response
        return redirect(name, pk=target.pk)
    template = "registry/_intake.html" if request.htmx else "registry/intake.html"
    status = HTTPStatus.UNPROCESSABLE_ENTITY if found.state == State.FAILED else 200
    return render(request, template, {"intake": found}, status=status)
