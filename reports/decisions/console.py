"""What the register's commands share: the person who acts, and a job that is waited for."""

import time
from collections.abc import Callable
from typing import TypeVar

from django.contrib.auth.models import User

from auditor.common.errors import Refused, RetraceError
from auditor.common.said import say
from auditor.jobs.models import Job, State

J = TypeVar("J", bound=Job)
_SECONDS = 0.5


def person_named(name: str) -> User:
    """Return the active user of a name; raises Refused."""
    found = User.objects.filter(username=name, is_active=True).first()
    if found is None:
        raise Refused(say("There is no active user %(name)s; an administrator adds users.", name=repr(name)))
    return found


def finished(job: J, task: Callable[[int], object]) -> J:
    """Do a job in this process, unless a worker was quicker, and return it when it is done.

    Raises RetraceError where it failed.
    """
    task(job.pk)
    job.refresh_from_db()
    while not job.finished:
        time.sleep(_SECONDS)
        job.refresh_from_db()
    if job.state != State.DONE:
        raise RetraceError(job.error)
    return job
