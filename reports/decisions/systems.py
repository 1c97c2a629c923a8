"""Sending systems and the tokens that let them in: made, shown once, recognised, revoked."""

import hmac
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Q

from auditor.common.clock import utc_now
from auditor.common.digest import sha256
from auditor.common.errors import NotFound, Refused
from auditor.common.said import say
from reports.decisions.models import SendingSystem, Token

_MARK = "retrace_"
_RANDOM_BYTES = 32
_SHOWN = 16
"""How many characters of a token stay known: the mark and 8 of its 43 random ones."""
_USE_IS_NOTED_EVERY = timedelta(minutes=1)
_COLUMNS = [field.attname for field in SendingSystem._meta.concrete_fields]
# Asked at every request, so it is not put together each time.
_IN_USE = f"""
SELECT token.id, token.sha256, token.last_used_at, {", ".join(f"system.{name}" for name in _COLUMNS)}
FROM decisions_token token JOIN decisions_sendingsystem system ON system.id = token.system_id
WHERE token.prefix = %s AND token.revoked_at IS NULL
"""  # noqa: S608 - the names are the model's own


def system_add(
    *, name: str, scheme: str = "", by: User | None = None, now: datetime | None = None
) -> SendingSystem:
    """Return a new sending system; raises Refused where its name is taken or cannot be a name."""
    name, scheme = _named(name), scheme.strip()
    if SendingSystem.objects.filter(name=name).exists():
        raise Refused(say("There is a sending system %(system)s already; give another name.", system=name))
    made = SendingSystem(name=name, scheme=_named(scheme) if scheme else "", created_by=by)
    made.created_at = now or utc_now()
    made.save(force_insert=True)
    return made


def system_named(name: str) -> SendingSystem:
    """Return a sending system; raises NotFound."""
    found = SendingSystem.objects.filter(name=name).first()
    if found is None:
        raise NotFound(
            say("There is no sending system %(system)s; manage.py systems list shows all.", system=name)
        )
    return found


def token_make(
    system: SendingSystem, *, by: User | None = None, now: datetime | None = None
) -> tuple[Token, str]:
    """Return a new token's row and the token itself, which is kept nowhere; raises Refused for a disabled system."""
    if system.disabled_at is not None:
        raise Refused(say("The sending system %(system)s is disabled and gets no token.", system=system.name))
    secret = _MARK + secrets.token_urlsafe(_RANDOM_BYTES)
    row = Token(system=system, prefix=secret[:_SHOWN], sha256=sha256(secret.encode()), created_by=by)
    row.created_at = now or utc_now()
    row.save(force_insert=True)
    return row, secret


@transaction.atomic
def token_revoke(prefix: str, *, now: datetime | None = None) -> Token:
    """Revoke the token that begins so and return it; one that is revoked already stays so. Raises NotFound, Refused."""
    found = list(Token.objects.select_for_update().filter(prefix=prefix[:_SHOWN]))
    if not found:
        raise NotFound(
            say(
                "No token begins with %(prefix)s; manage.py systems list shows how each begins.",
                prefix=prefix[:_SHOWN],
            )
        )
    for row in found:  # two that begin alike are so rare that both go
        if row.revoked_at is None:
            row.revoked_at = now or utc_now()
            row.save(update_fields=["revoked_at"])
    return found[0]


def system_of_token(secret: str, *, now: datetime | None = None) -> SendingSystem | None:
    """Return whom a token lets in, disabled or not, or None where it is unknown or revoked."""
    if not (secret.isascii() and secret.isprintable()):
        return None
    shown, found = sha256(secret.encode()), None
    with connection.cursor() as cursor:
        cursor.execute(_IN_USE, [secret[:_SHOWN]])
        for token, kept, used, *system in cursor.fetchall():
            if hmac.compare_digest(kept, shown):
                found = SendingSystem.from_db(connection.alias, _COLUMNS, system)
                _note_use(token, used, now or utc_now())
    return found


def _note_use(token: int, used: datetime | None, now: datetime) -> None:
    before = now - _USE_IS_NOTED_EVERY
    if used is None or used < before:
        due = Q(last_used_at=None) | Q(last_used_at__lt=before)
        Token.objects.filter(due, pk=token).update(last_used_at=now)


def _named(name: str) -> str:
    name = name.strip()
    if not name or len(name) > 100 or not name.isprintable():
        raise Refused(say("A name has 1 to 100 characters that can be printed."))
    return name
