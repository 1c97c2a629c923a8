"""The public page on which anybody hands in a report or a letter and gets the four answers."""

from http import HTTPStatus
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from auditor.common.digest import sha256_file
from auditor.common.errors import RetraceError
from auditor.language import said
from reports.documents.queries import standing_of
from reports.documents.verification.forms import ReportForm
from reports.documents.verification.trust import trust
from reports.documents.verification.turns import Busy, count_asked, turn
from reports.documents.verification.verify import verify_file
from reports.keys.signing import signing_key
from reports.ledger.services import ledger_verifier

_AROUND = 2**16  # what a form takes beside the file itself
QUESTIONS = (
    ("intact", gettext_lazy("Are these the bytes that were signed?")),
    ("trusted", gettext_lazy("Is the one who signed them trusted here?")),
    ("included", gettext_lazy("Does the ledger hold it?")),
    ("current", gettext_lazy("Does it still stand?")),
)


@login_not_required
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Answer about a file; what is too large or too often is refused before any of it is read."""
    if request.method == "POST":
        try:
            count_asked(request.META.get("REMOTE_ADDR", ""))
        except Busy as error:
            return _page(request, ReportForm(), error.sentence, HTTPStatus.TOO_MANY_REQUESTS)
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.VERIFY_LIMIT_BYTES + _AROUND:
            most = settings.VERIFY_LIMIT_BYTES // 10**6
            sentence = _("No report has more than %(most)s MB.") % {"most": most}
            return _page(request, ReportForm(), sentence, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return _protected(request)


@csrf_protect
def _protected(request: HttpRequest) -> HttpResponse:
    """Show the form, or examine what it carries, once the browser has shown that the form was ours."""
    if request.method != "POST":
        return _page(request, ReportForm())
    form = ReportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    handed: TemporaryUploadedFile = form.cleaned_data["report"]
    path, name = Path(handed.temporary_file_path()), handed.name or "report.pdf"
    try:
        with turn():
            found = verify_file(path, name, trust(), standing_of)
    except Busy as error:
        return _page(request, ReportForm(), error.sentence, HTTPStatus.SERVICE_UNAVAILABLE)
    except RetraceError as error:
        return _page(request, ReportForm(), said(error.sentence), HTTPStatus.UNPROCESSABLE_ENTITY)
    answers = [(question, getattr(found, key)) for key, question in QUESTIONS]
    context = {"found": found, "answers": answers, "name": name, "digest": sha256_file(path)}
    return render(request, "documents/verification/verified.html", context)


@login_not_required
@require_safe
def certificate(request: HttpRequest) -> HttpResponse:
    """Answer with the certificate by which this installation's signatures are known."""
    content = signing_key().certificate.public_bytes(Encoding.PEM)
    headers = {"Content-Disposition": 'attachment; filename="retrace-certificate.pem"'}
    return HttpResponse(content, content_type="application/x-pem-file", headers=headers)


def _page(
    request: HttpRequest, form: ReportForm, sentence: str = "", status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    context = {"form": form, "sentence": sentence, "log_key": str(ledger_verifier())}
    return render(request, "documents/verification/verify.html", context, status=status)
