#!/usr/bin/env python
"""Django's command line, beside the embedded servers unless the environment names others."""

import os
import secrets
import sys
from contextlib import AbstractContextManager, nullcontext

from auditor.embedded import environment
from auditor.embedded.entry import guarded

WITHOUT_DATABASE = {
    "check",
    "collectstatic",
    "compilemessages",
    "convert",
    "help",
    "makemessages",
    "makemigrations",
    "methods",
    "version",
}
HELP = {"-h", "--help", "--version"}
FOREIGN = ("--trust", "--log-key")  # verify asks nothing of an installation where both are given


def main() -> int:
    """Run one management command and return its exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "auditor.settings")
    with _servers(sys.argv[1:]):
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    return 0


def _servers(arguments: list[str]) -> AbstractContextManager[None]:
    if arguments and _needs_database(arguments):
        return environment()
    # The settings want these named; a command that never connects gets addresses where nobody listens.
    os.environ.setdefault("DATABASE_URL", "postgres://127.0.0.1:1/none")
    os.environ.setdefault("CELERY_BROKER_URL", "redis://127.0.0.1:1/0")
    os.environ.setdefault("RETRACE_SECRET_KEY", secrets.token_urlsafe(48))
    return nullcontext()


def _needs_database(arguments: list[str]) -> bool:
    command, *options = arguments
    if command == "verify" and all(any(one.split("=")[0] == name for one in options) for name in FOREIGN):
        return False
    return command not in WITHOUT_DATABASE and not HELP.intersection(arguments)


if __name__ == "__main__":
    sys.exit(guarded(main))
