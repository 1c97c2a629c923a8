"""Waiting for a job on a console."""

import sys
from typing import TypeVar

from auditor.common.errors import RetraceError
from auditor.common.said import say
from auditor.jobs.models import Job, State
from reports.documents.console import Console
from reports.documents.headless import Headless
from reports.documents.management.surroundings import worker

J = TypeVar("J", bound=Job)


def done(job: J) -> J:
    """Return a job when it is done, with a worker of our own beside the embedded servers.

    Raises RetraceError if it failed.
    """
    with worker() as alive:
        found = Headless(Console(sys.stdout), alive).done(job)
    if found.state != State.DONE:
        raise RetraceError(say("%(job)s could not be written: %(why)s", job=str(found), why=found.error))
    return found
