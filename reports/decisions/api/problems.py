"""What goes wrong with a request, as RFC 9457 has it: a type for machines, a sentence for people, and where."""

import json
import logging
from collections.abc import Iterable, Mapping
from enum import Enum

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from pydantic import JsonValue

from auditor.language import said
from reports.decisions.recording.rows import Mistake

log = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"


class Kind(Enum):
    """A kind of problem: the end of its type, its status, and what it is called."""

    BROKEN_OFF = ("broken_off", 400, _("The request broke off"))
    BAD_REQUEST = ("bad_request", 400, _("The request cannot be read"))
    UNAUTHORIZED = ("unauthorized", 401, _("No valid token"))
    DISABLED = ("disabled", 403, _("The sending system is disabled"))
    NOT_FOUND = ("not_found", 404, _("Nothing is here"))
    METHOD = ("method_not_allowed", 405, _("This is not done here"))
    CONFLICT = ("conflict", 409, _("The reference belongs to another decision"))
    SUBJECT_ERASED = ("subject_erased", 409, _("The subject is being erased"))
    KEY_REUSED = ("key_reused", 409, _("The key belongs to another request"))
    LENGTH_REQUIRED = ("length_required", 411, _("The request does not say how long it is"))
    TOO_LARGE = ("too_large", 413, _("The request is too large"))
    CONTENT_TYPE = ("content_type", 415, _("The content is of another type"))
    INVALID = ("invalid", 422, _("The decision is not valid"))
    UNKNOWN_MODEL = ("unknown_model", 422, _("The model version is not registered"))
    DECIDED_LATER = ("decided_later", 422, _("The decision lies in the future"))
    BATCH_REFUSED = ("batch_refused", 422, _("Nothing of the batch was recorded"))
    FAILED = ("failed", 500, _("Retrace failed"))
    UNAVAILABLE = ("unavailable", 503, _("Retrace cannot record at present"))

    def __init__(self, code: str, status: int, title: str) -> None:
        self.code, self.status, self.title = code, status, title


class Problem(Exception):
    """A request that is refused; `members` are told beside the sentence."""

    def __init__(
        self, kind: Kind, sentence: str, headers: Mapping[str, str] | None = None, **members: JsonValue
    ) -> None:
        super().__init__(sentence)
        self.kind, self.sentence, self.headers, self.members = kind, sentence, headers or {}, members

    def response(self) -> HttpResponse:
        """Return the problem in the active language."""
        body = {
            "type": f"urn:retrace:problem:{self.kind.code}",
            "title": str(self.kind.title),
            "status": self.kind.status,
            "detail": said(self.sentence),
            **self.members,
        }
        response = HttpResponse(
            json.dumps(body, ensure_ascii=False),
            content_type=PROBLEM_JSON,
            status=self.kind.status,
            headers=self.headers,
        )
        # Django would log the address, which may end in a reference that names a person.
        response._has_been_logged = True  # type: ignore[attr-defined]
        log.info("%s %s", self.kind.status, self.kind.code)
        return response


def kind_of(code: str) -> Kind:
    """Return the kind of problem that a mistake in a single decision is."""
    return next((kind for kind in Kind if kind.code == code), Kind.INVALID)


def named(mistakes: Iterable[Mistake]) -> list[JsonValue]:
    """Return mistakes as they are told, in the active language."""
    return [
        {"line": one.line, "field": one.field, "code": one.code, "detail": said(one.sentence)}
        for one in mistakes
    ]
