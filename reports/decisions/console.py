"""A job of the register that a command waits for."""

import time
from collections.abc import Callable
from typing import TypeVar

from auditor.common.errors import RetraceError
from auditor.jobs.models import Job, State

J = TypeVar("J", bound=Job)
_SECONDS = 0.5


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
