"""List every explanation method with its card."""

import json
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from auditor.explain.cards import card as card_of
from auditor.explain.cards import cards as all_cards
from auditor.explain.cards import why_not
from auditor.explain.evidence import TIERS, MethodCard
from auditor.explain.methods.catalog import METHODS, check_name

_SCOPES = ("local", "global")


class Command(BaseCommand):
    help = "List the methods with their cards: what each explains, needs, costs, misses, and may not claim."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME", help="only these, with their whole cards")
        parser.add_argument("--tier", choices=TIERS, help="only those that a model of this tier allows")
        parser.add_argument("--scope", choices=_SCOPES, help="only those of single items, or of whole sets")
        parser.add_argument("--json", action="store_true", help="the cards as JSON")

    def handle(self, **options: Any) -> None:
        cards = [card_of(name) for name in _names(options["names"])]
        if options["scope"]:
            cards = [card for card in cards if card.scope == options["scope"]]
        if options["tier"]:
            cards = [card for card in cards if why_not(card, options["tier"], card.inputs[0]) is None]
        if options["json"]:
            self.stdout.write(json.dumps([card.model_dump(mode="json") for card in cards], indent=1))
        elif options["names"]:
            self.stdout.write("\n\n".join(map(_whole, cards)))
        else:
            width = max((len(card.name) for card in cards), default=0)
            for card in cards:
                self.stdout.write(
                    f"{card.name:{width}}  {card.scope:6}  {card.title}: {card.family}, {_needs(card)}. {card.cost}"
                )


def _names(asked: Sequence[str]) -> list[str]:
    """Return the names asked for, or all: methods of single items in the catalog's order, then the others."""
    known = [*METHODS, *(card.name for card in all_cards() if card.name not in METHODS)]
    return [check_name(name, known) for name in asked] or known


def _needs(card: MethodCard) -> str:
    return "needs no model" if card.stage == "before the model" else f"needs {card.needs}"


def _whole(card: MethodCard) -> str:
    lines = [
        f"{card.title} ({card.name})",
        f"  {card.kind} by {card.family}; {card.scope}; {card.stage}; {_needs(card)}; "
        f"{'for certain models only' if card.specific else 'for any model that gives what it needs'}",
        f"  for: {', '.join(card.inputs)}",
        f"  sign: {card.sign}",
        f"  cost: {card.cost}",
        f"  paper: {card.paper}",
        *(f"  may fail: {text}" for text in card.failure_modes),
        *(f"  does not show: {text}" for text in card.not_to_claim),
    ]
    return "\n".join(lines)
