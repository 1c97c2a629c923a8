"""What the views of every room share: the request as they see it, and who sent it."""

from django.contrib.auth.models import User
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

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
