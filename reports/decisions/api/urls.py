"""The addresses of the API, open to whoever shows a token: no session, no cookie, no page."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, re_path
from django.views.decorators.csrf import csrf_exempt

from reports.decisions.api.service import not_done, nothing_here, service

View = Callable[..., HttpResponse]


def _open(view: View) -> View:
    """Return a view that asks for no session, and says in our words which methods it has."""

    def answered(request: HttpRequest, **places: object) -> HttpResponse:
        response = view(request, **places)
        return not_done(response["Allow"]) if response.status_code == 405 else response

    return login_not_required(csrf_exempt(answered))


def _opened(pattern: URLPattern) -> URLPattern:
    # The root is there for its name alone, by which the description finds where the API is.
    view = nothing_here if pattern.name == "api-root" else pattern.callback
    return URLPattern(pattern.pattern, _open(view), pattern.default_args, pattern.name)


app_name = "api"
urlpatterns = [
    *(_opened(pattern) for pattern in service.urls[0] if isinstance(pattern, URLPattern)),
    re_path("", _open(nothing_here)),
]
