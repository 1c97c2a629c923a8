"""Pages of audits: start one, cancel it, schedule it."""

from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from auditor.audits.forms import RunForm, ScheduleForm
from auditor.audits.models import Run, Schedule
from auditor.audits.notices.signature import secret_of
from auditor.audits.queries import runs_for_list, version_asked
from auditor.audits.schedules import crontab, newest_version, schedule_create, schedule_pause
from auditor.audits.services import plan_chosen, run_cancel, run_start
from auditor.common.errors import Refused
from auditor.language import said
from auditor.registry.models import Model, ModelVersion, ValidationSet
from auditor.web import Request, officer, refused


@require_safe
def home(request: Request) -> HttpResponse:
    """Show what is under way, what was audited last, and what is registered."""
    context = {
        "runs": runs_for_list()[:8],
        "active": Run.objects.filter(state__in=[Run.State.EXPLAINING, Run.State.ASSEMBLING]).count(),
        "finished": Run.objects.filter(state=Run.State.FINISHED).count(),
        "models": ModelVersion.objects.count(),
        "sets": ValidationSet.objects.count(),
        "schedules": Schedule.objects.filter(periodic_task__enabled=True).count(),
    }
    return render(request, "audits/home.html", context)


@require_safe
def runs(request: Request) -> HttpResponse:
    """List every audit, the newest first."""
    page = Paginator(runs_for_list(), 25).get_page(request.GET.get("page"))
    return render(request, "audits/runs.html", {"page": page})


def new_run(request: Request) -> HttpResponse:
    """Start an audit."""
    version = version_asked(request.GET.get("model_version"))
    if request.method == "POST":
        form = RunForm(request.POST)
    else:
        form = RunForm(initial=_asked(request), kind=version.kind if version else None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            run = run_start(
                model_version=data["model_version"],
                validation_set=data["validation_set"],
                plan=plan_chosen(data["plan"], data["model_version"].kind),
                language=data["language"],
                reference=data["reference"],
                by=officer(request),
            )
            return redirect("run", pk=run.pk)
        except Refused as error:
            form.add_error(None, said(error.sentence))
    return _form(request, "audits/new_run.html", form)


@require_POST
def cancel(request: Request, pk: UUID) -> HttpResponse:
    """Cancel an audit that is under way."""
    try:
        run_cancel(get_object_or_404(Run, pk=pk))
    except Refused as error:
        return refused(request, error.sentence)
    return redirect("run", pk=pk)


@require_safe
def schedules(request: Request) -> HttpResponse:
    """List the schedules."""
    found = Schedule.objects.select_related("model", "validation_set", "plan", "periodic_task__crontab")
    return render(request, "audits/schedules.html", {"schedules": found.prefetch_related("runs")})


def new_schedule(request: Request) -> HttpResponse:
    """Put an audit on a schedule."""
    asked = request.GET.get("model", "")
    model = Model.objects.filter(pk=asked).first() if asked.isdecimal() else None
    if request.method == "POST":
        form = ScheduleForm(request.POST)
    else:
        form = ScheduleForm(initial=_asked(request), kind=newest_version(model).kind if model else None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            schedule_create(
                name=data["name"],
                model=data["model"],
                validation_set=data["validation_set"],
                plan=plan_chosen(data["plan"], newest_version(data["model"]).kind),
                when=crontab(**form.when()),
                by=officer(request),
                language=data["language"],
                recipients=data["recipients"],
                webhook_url=data["webhook_url"],
            )
            return redirect("schedules")
        except Refused as error:
            form.add_error(None, said(error.sentence))
    return _form(request, "audits/new_schedule.html", form)


@require_POST
def pause(request: Request, pk: int) -> HttpResponse:
    """Pause or resume a schedule."""
    schedule = get_object_or_404(Schedule.objects.select_related("periodic_task"), pk=pk)
    schedule_pause(schedule, paused=schedule.periodic_task.enabled)
    return redirect("schedules")


@require_POST
@never_cache
def secret(request: Request, pk: int) -> HttpResponse:
    """Show the secret that a schedule's webhooks are signed with, to whoever sets up the receiver."""
    schedule = get_object_or_404(Schedule, pk=pk)
    shown = {"schedule": schedule, "secret": secret_of(settings.WEBHOOK_KEY, schedule.pk)}
    return render(request, "audits/secret.html", shown)


def _asked(request: Request) -> dict[str, str]:
    """Return what an address fills in; reports are in the reader's language unless another is chosen."""
    return {"language": get_language() or settings.LANGUAGE_CODE} | request.GET.dict()


def _form(request: Request, template: str, form: Form) -> HttpResponse:
    return render(
        request, template, {"form": form}, status=HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else 200
    )
