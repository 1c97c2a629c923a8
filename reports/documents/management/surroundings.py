"""What a command of a checkout sees to before its work: tables, and somebody who does the jobs."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command

from auditor.embedded import processes

MOST_WORKERS = 8


def migrate() -> None:
    """Bring the embedded database up to date; any other is the administrator's to migrate."""
    if settings.EMBEDDED:
        call_command("migrate", verbosity=0, interactive=False)


@contextmanager
def worker(wanted: bool | None = None) -> Iterator[Callable[[], bool]]:
    """Run a worker of our own while the block runs, unless the installation has its own; yield whether it lives.

    Without a wish, the embedded default gets a worker and an installation does not.
    """
    if not (settings.EMBEDDED if wanted is None else wanted):
        yield lambda: True
        return
    children = min(os.cpu_count() or 1, MOST_WORKERS)
    with processes.running("worker", processes.worker_argv(children)) as process:
        yield lambda: process.poll() is None
