"""Who is let in: a sending system, by the token that it shows."""

from django.http import HttpRequest
from ninja.security import HttpBearer

from auditor.common.said import say
from reports.decisions.api.problems import Kind, Problem
from reports.decisions.models import SendingSystem
from reports.decisions.systems import system_of_token


class SystemRequest(HttpRequest):
    """A request of a sending system that was let in."""

    auth: SendingSystem


class SystemToken(HttpBearer):
    """`Authorization: Bearer` with a token of `manage.py systems token`."""

    def __call__(self, request: HttpRequest) -> SendingSystem:
        """Return the system; raises Problem, which says nothing of the token."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise _unauthorized('Bearer realm="retrace"')
        return self.authenticate(request, token.strip())

    def authenticate(self, request: HttpRequest, token: str) -> SendingSystem:
        """Return whom a token lets in; raises Problem."""
        system = system_of_token(token)
        if system is None:
            raise _unauthorized('Bearer realm="retrace", error="invalid_token"')
        if system.disabled_at is not None:
            raise Problem(
                Kind.DISABLED,
                say("The sending system %(system)s is disabled; an officer can say why.", system=system.name),
            )
        return system


def _unauthorized(challenge: str) -> Problem:
    return Problem(
        Kind.UNAUTHORIZED,
        say(
            "Show a token that is in use, as Authorization: Bearer TOKEN; whoever runs Retrace makes one with "
            "manage.py systems token."
        ),
        {"WWW-Authenticate": challenge},
    )
