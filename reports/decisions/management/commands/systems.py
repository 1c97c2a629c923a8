"""The systems that send decisions, and their tokens."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from auditor.common.clock import timestamp
from reports.decisions.models import SendingSystem
from reports.decisions.systems import system_add, system_named, token_make, token_revoke


class Command(BaseCommand):
    help = "Add the systems that send decisions, make and revoke their tokens, and list both."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        add = actions.add_parser("add", help="add a sending system")
        add.add_argument("name", metavar="NAME")
        add.add_argument(
            "--scheme", default="", help="the scheme of subject identifiers that it shares with other systems"
        )
        token = actions.add_parser("token", help="make a token and show it, once")
        token.add_argument("name", metavar="NAME")
        revoke = actions.add_parser("revoke", help="revoke a token; from then on it lets nobody in")
        revoke.add_argument("prefix", metavar="PREFIX", help="the token's first 16 characters")
        actions.add_parser("list", help="list the systems and how their tokens begin")

    def handle(self, *, action: str, **options: Any) -> None:
        getattr(self, f"_{action}")(**options)

    def _add(self, *, name: str, scheme: str, **_: Any) -> None:
        made = system_add(name=name, scheme=scheme)
        self.stdout.write(f"{made.name} may send decisions once it has a token: manage.py systems token.")

    def _token(self, *, name: str, **_: Any) -> None:
        row, secret = token_make(system_named(name))
        self.stderr.write(
            f"This is the only time that the token is shown; {row.prefix} is how to recognise it."
        )
        self.stdout.write(secret)

    def _revoke(self, *, prefix: str, **_: Any) -> None:
        row = token_revoke(prefix)
        self.stdout.write(f"{row.prefix} of {row.system.name} lets nobody in any more.")

    def _list(self, **_: Any) -> None:
        for system in SendingSystem.objects.prefetch_related("tokens"):
            notes = [f"scheme {system.scheme}"] if system.scheme else []
            notes += ["disabled"] if system.disabled_at else []
            self.stdout.write(f"{system.name}{' (' + ', '.join(notes) + ')' if notes else ''}")
            for token in system.tokens.all():
                state = f"revoked {timestamp(token.revoked_at)}" if token.revoked_at else "in use"
                used = f"last used {timestamp(token.last_used_at)}" if token.last_used_at else "never used"
                self.stdout.write(f"  {token.prefix}  made {timestamp(token.created_at)}, {used}, {state}")
