"""Working on a job: claim it, keep the lease alive while computing, settle it only if the claim still holds."""

import logging
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

from django.conf import settings
from django.db import connection, transaction

from auditor.common.clock import utc_now
from auditor.common.errors import RetraceError
from auditor.common.said import say
from auditor.jobs.models import Job, State

logger = logging.getLogger(__name__)

J = TypeVar("J", bound=Job)
R = TypeVar("R")


def work(kind: type[J], pk: int, *, compute: Callable[[J], R], settle: Callable[[J, R], None]) -> bool:
    """Do one job and return whether it was ours to do and was done.

    `compute` runs outside any transaction and may be repeated by another worker, so it only writes content under
    its digest. `settle` runs in the transaction that marks the job done. An error for people ends the job as
    failed with that sentence; any other error too, with a pointer to the log, where the traceback is.
    """
    token = uuid.uuid4()
    if not kind.jobs.claim(pk, token=token, now=utc_now(), lease=_lease()):
        return False
    job = kind.objects.get(pk=pk)
    try:
        with _heartbeat(kind, pk, token):
            result = compute(job)
        return _finish(kind, pk, token, lambda: settle(job, result), State.DONE, "")
    except RetraceError as error:
        logger.warning("%s %s failed: %s", kind.__name__, pk, error.sentence)
        sentence: str = error.sentence
    except Exception as error:
        logger.exception("%s %s failed", kind.__name__, pk)
        sentence = say(
            "An internal error ended this (%(error)s); the worker's log has the details.",
            error=type(error).__name__,
        )
    _finish(kind, pk, token, lambda: job.failed(sentence), State.FAILED, sentence)
    return False


def _finish(
    kind: type[Job], pk: int, token: uuid.UUID, settle: Callable[[], None], state: State, error: str
) -> bool:
    with transaction.atomic():
        held = kind.jobs.held(pk, token)
        if not held.update(state=state, claim=None, lease_until=None, error=error):
            logger.warning(
                "%s %s was taken over by another worker; this result is dropped", kind.__name__, pk
            )
            return False
        settle()
    return True


def _lease() -> timedelta:
    return timedelta(seconds=settings.JOB_LEASE_SECONDS)


@contextmanager
def _heartbeat(kind: type[Job], pk: int, token: uuid.UUID) -> Iterator[None]:
    """Prolong the lease from a thread of its own, three times a lease, until the work is over."""
    over = threading.Event()

    def beat() -> None:
        try:
            while not over.wait(settings.JOB_LEASE_SECONDS / 3):
                if not kind.jobs.extend(pk, token=token, now=utc_now(), lease=_lease()):
                    return
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat-{kind.__name__}-{pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
