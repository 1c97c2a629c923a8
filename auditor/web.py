"""What the views of every room share: the request as they see it, who sent it, and how one is refused."""

from http import HTTPStatus

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.middleware import HtmxDetails

from auditor.language import said

STOP_POLLING = 286
"""The status with which a page tells htmx that nothing more will change."""


class Request(HttpRequest):
    """A request after the middleware: signed in, unless the view is open to everyone, and known to htmx or not."""

    htmx: HtmxDetails


def officer(request: HttpRequest) -> User:
    """Return who sent the request; raises TypeError in a view that is open to everyone."""
    if not isinstance(request.user, User):
        raise TypeError("nobody is signed in")
    return request.user


def refused(request: HttpRequest, sentence: str) -> HttpResponse:
    """Return the page that says in the reader's language why something was not possible."""
    return render(request, "refused.html", {"sentence": said(sentence)}, status=HTTPStatus.CONFLICT)
