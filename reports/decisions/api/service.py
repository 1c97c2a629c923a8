"""The API as a whole: its description, and how every failure is told."""

import logging

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.openapi.schema import OpenAPISchema

from auditor import __version__
from auditor.common.errors import NotFound, Refused
from auditor.common.said import say
from reports.decisions.api.endpoints import router
from reports.decisions.api.problems import PROBLEM_JSON, Kind, Problem
from reports.decisions.api.schema import components
from reports.decisions.idempotency import KeyReused
from reports.decisions.recording.ndjson import TooManyLines

log = logging.getLogger(__name__)


class Service(NinjaAPI):
    """The API, whose description knows the documents that are handed in, too."""

    def get_openapi_schema(self, *args: object, **kwargs: object) -> OpenAPISchema:
        """Return the description of the API."""
        schema = super().get_openapi_schema(*args, **kwargs)  # type: ignore[arg-type]
        schema["components"]["schemas"].update(components())
        for operation in (one for path in schema["paths"].values() for one in path.values()):
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    response["content"] = {PROBLEM_JSON: response["content"].pop("application/json")}
        return schema


service = Service(
    title="Retrace: register of decisions",
    version=__version__,
    description="Production systems hand in the decisions that they take with a model, and see what became of them.",
    docs_url=None,
    urls_namespace="api",
)
service.add_router("", router)


@service.exception_handler(Problem)
def _problem(request: HttpRequest, error: Problem) -> HttpResponse:
    return error.response()


@service.exception_handler(TooManyLines)
def _too_many(request: HttpRequest, error: TooManyLines) -> HttpResponse:
    return Problem(Kind.TOO_LARGE, error.sentence).response()


@service.exception_handler(KeyReused)
def _key_reused(request: HttpRequest, error: KeyReused) -> HttpResponse:
    return Problem(Kind.KEY_REUSED, error.sentence).response()


@service.exception_handler(Refused)
def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    return Problem(Kind.INVALID, error.sentence).response()


@service.exception_handler(NotFound)
@service.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Exception) -> HttpResponse:
    return nothing_here(request)


@service.exception_handler(ValidationError)
def _unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
    names = sorted({str(one["loc"][-1]) for one in error.errors})
    return Problem(
        Kind.BAD_REQUEST,
        say(
            "%(parameters)s cannot be read; the description of the API says what it takes.", parameters=names
        ),
    ).response()


@service.exception_handler(OperationalError)
@service.exception_handler(InterfaceError)
def _unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    log.exception("the database is not available")
    return Problem(
        Kind.UNAVAILABLE,
        say("The database cannot be reached at present; send the request again with the same key."),
        {"Retry-After": "5"},
    ).response()


@service.exception_handler(Exception)
def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    log.exception("a request to the API failed")
    return Problem(
        Kind.FAILED,
        say("The request failed here, through no fault of yours; send it again with the same key."),
    ).response()


def nothing_here(request: HttpRequest, **_: object) -> HttpResponse:
    """Answer that there is nothing at an address."""
    sentence = say("The API has nothing at this address; its description is at openapi.json.")
    return Problem(Kind.NOT_FOUND, sentence).response()


def not_done(allowed: str) -> HttpResponse:
    """Answer that an address does not know the method."""
    sentence = say("This address knows other methods only: %(methods)s.", methods=allowed)
    return Problem(Kind.METHOD, sentence, {"Allow": allowed}).response()
