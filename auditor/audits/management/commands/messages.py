"""Bring the catalogues of messages up to date with what the product says."""

import re
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from auditor import messages
from auditor.common.errors import Refused
from auditor.common.said import say

_ENTRY = re.compile("^msgid ", re.M)


class Command(BaseCommand):
    help = "Collect all messages, bring every language's catalogue up to date, and compile it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing, and fail where something would"
        )

    def handle(self, **options: Any) -> None:
        wanted = messages.template_of_catalogues()
        for language in messages.PLURALS:
            path, text = messages.catalogue(language), messages.updated(language, wanted)
            if options["check"]:
                _compare(path.read_text("utf-8") if path.exists() else "", text, language)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            path.with_suffix(".mo").write_bytes(messages.compiled(language))
            self.stdout.write(f"{language}: {len(_ENTRY.findall(text)) - 1} messages")


def _compare(has: str, wanted: str, language: str) -> None:
    if has != wanted:
        raise Refused(
            say(
                "The catalogue of %(language)s is not up to date; run `python manage.py messages`.",
                language=language,
            )
        )
