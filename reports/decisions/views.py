"""The pages of the register: the list, what is due, a decision, and what a person does with it."""

from http import HTTPStatus
from io import BytesIO
from typing import Any

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from auditor.common.clock import utc_now
from auditor.common.errors import NotFound, Refused
from auditor.language import said
from auditor.web import Request, officer, refused
from reports.decisions.acting.forms import EventForm
from reports.decisions.acting.offers import ACTIONS, Offer, choices_of, offers
from reports.decisions.calendar import own_calendar
from reports.decisions.documents import document_keep, document_open
from reports.decisions.due import due_list
from reports.decisions.forms import FilterForm, SearchForm
from reports.decisions.models import Decision, Event
from reports.decisions.pages import COUNTED, Place, counted, page
from reports.decisions.queries import decision_numbered, decisions_about, decisions_referenced
from reports.decisions.shown import Shown, shown
from reports.decisions.state import Code, Record
from reports.decisions.state.refusals import refuse
from reports.decisions.transitions import event_apply

_FOUND = 200


@require_safe
@never_cache
def register(request: Request) -> HttpResponse:
    """List decisions, those decided last first, unless what is due is asked for."""
    form = FilterForm(request.GET)
    asked = form.asked(utc_now())
    after = request.GET.get("after")
    try:
        place = Place.parse(after) if after else None
    except Refused as error:
        return refused(request, error.sentence)
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "form": form,
        "search": SearchForm(),
        "page": page(asked, place),
        "first": place is None,
        "query": query.urlencode(),
        "filtered": any(query.values()),
        "n": counted(asked),
        "most": COUNTED,
    }
    return render(request, "decisions/register.html", context)


@sensitive_post_parameters("sought")
@require_POST
@never_cache
def search(request: Request) -> HttpResponse:
    """Show the decisions of a reference or about a person; what was sought stands in no address."""
    form = SearchForm(request.POST)
    found: list[Decision] = []
    if form.is_valid():
        sought = form.cleaned_data["sought"]
        named = {row.pk: row for row in decisions_referenced(sought)}
        about = {row.pk: row for row in decisions_about(sought).order_by("-decided_at", "-pk")[: _FOUND + 1]}
        found = list((named | about).values())
    context = {"search": form, "rows": found[:_FOUND], "more": len(found) > _FOUND}
    status = HTTPStatus.OK if form.is_valid() else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "decisions/found.html", context, status=status)


@require_safe
@never_cache
def due(request: Request) -> HttpResponse:
    """Show what is due, overdue first."""
    return render(request, "decisions/due.html", {"due": due_list(utc_now())})


@require_safe
@never_cache
def decision(request: Request, pk: int) -> HttpResponse:
    """Show a decision: what was recorded, what happened since, and what may be done next."""
    return _page(request, _shown(pk))


@sensitive_post_parameters()
@require_POST
@never_cache
def act(request: Request, pk: int, kind: str) -> HttpResponse:
    """Bring an event; a refusal is said beside its form, with what was typed."""
    found = _shown(pk)
    if kind not in ACTIONS:
        raise Http404
    if found.record is None:
        return refused(
            request, refuse(Code.ERASED, Record(number=pk, at=found.decision.recorded_at)).sentence
        )
    event = ACTIONS[kind]
    form = EventForm(Offer(event, choices_of(event, found.record)), request.POST, request.FILES)
    if form.is_valid():
        try:
            made = form.made(
                officer(request), lambda name, content: document_keep(found.decision, name, content)
            )
            event_apply(pk, made)
            return redirect(f"{reverse('decision', args=[pk])}#timeline")
        except (Refused, NotFound) as error:
            form.add_error(None, said(error.sentence))
    return _page(request, _shown(pk), bound=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@require_safe
@never_cache
def document(request: Request, pk: int, sequence: int) -> HttpResponse | FileResponse:
    """Answer with the document of an event, opened with the person's key."""
    row = Event.objects.filter(decision=pk, sequence=sequence).exclude(evidence="").first()
    if row is None or row.kind == "retraced":
        raise Http404
    try:
        kept = document_open(decision_numbered(pk), row.evidence)
    except Refused as error:
        return refused(request, error.sentence)
    return FileResponse(
        BytesIO(kept.content),
        as_attachment=True,
        filename=kept.name,
        content_type="application/octet-stream",
    )


def _shown(number: int) -> Shown:
    try:
        return shown(number)
    except NotFound as error:
        raise Http404(error.sentence) from None


def _page(
    request: Request, found: Shown, *, bound: EventForm | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    now, calendar = utc_now(), own_calendar()
    forms = []
    if found.record is not None:
        forms = [EventForm(offer) for offer in offers(found.record, officer(request), now, calendar)]
    if bound is not None:
        # In its place, or first where the rules would no longer accept it from anybody.
        kinds = [form.kind for form in forms]
        forms = [bound if form.kind == bound.kind else form for form in forms]
        forms = forms if bound.kind in kinds else [bound, *forms]
    context: dict[str, Any] = {
        "shown": found,
        "decision": found.decision,
        "facts": found.facts,
        "record": found.record,
        "holds": sorted(found.record.holds) if found.record else [],
        "owed": sorted(found.record.round.owed) if found.record and found.record.round else [],
        "agenda": found.agenda(calendar),
        "forms": forms,
        "bound": bound,
        "search": SearchForm(),
    }
    return render(request, "decisions/decision.html", context, status=status)
