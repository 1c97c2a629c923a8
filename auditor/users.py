"""The people who may act, by the names that they log in with."""

from django.contrib.auth.models import User

from auditor.common.errors import Refused
from auditor.common.said import say


def user_named(name: str) -> User:
    """Return the active user of a name; raises Refused where there is none."""
    found = User.objects.filter(username=name, is_active=True).first()
    if found is None:
        raise Refused(say("There is no active user %(name)s; an administrator adds users.", name=repr(name)))
    return found
