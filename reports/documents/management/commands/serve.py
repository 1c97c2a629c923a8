"""The web interface on this machine, with a worker and the scheduler beside it."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from auditor.common.errors import RetraceError
from auditor.common.said import all_of, say
from auditor.embedded import processes
from reports.documents.management.surroundings import migrate, worker
from reports.documents.officer import demo_officer, demo_reviewer

POLL_SECONDS = 0.5


class Command(BaseCommand):
    help = "Serve the web interface on 127.0.0.1 until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, **options: Any) -> None:
        if not settings.EMBEDDED:
            raise RetraceError(
                say(
                    "serve is for the embedded servers of a checkout; docker/README.md says how an installation runs."
                )
            )
        migrate()
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
        (name, password), (second, its_password) = demo_officer(), demo_reviewer()
        with ExitStack() as stack:
            working = stack.enter_context(worker())
            beat = stack.enter_context(processes.running("scheduler", processes.beat_argv()))
            web = stack.enter_context(processes.running("web", processes.web_argv(options["port"])))
            self.stdout.write(
                f"http://127.0.0.1:{options['port']}/   user {name}, password {password}   (Ctrl-C stops)\n"
                f"To sign off what {name} prepared: user {second}, password {its_password}"
            )
            self.stdout.flush()
            alive: dict[str, Callable[[], bool]] = {
                "worker": working,
                "scheduler": lambda: beat.poll() is None,
                "web": lambda: web.poll() is None,
            }
            while not (ended := [name for name, lives in alive.items() if not lives()]):
                time.sleep(POLL_SECONDS)
        raise RetraceError(
            say(
                "%(ended)s ended; the logs in %(folder)s say why.",
                ended=all_of(ended),
                folder=str(processes.log_directory()),
            )
        )
