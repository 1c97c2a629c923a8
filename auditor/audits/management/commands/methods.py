"""List every explanation method with its card."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from auditor.explain.cards import card as card_of
from auditor.explain.cards import cards as all_cards
from auditor.explain.cards import why_not
from auditor.explain.evidence import TIERS, MethodCard
from auditor.explain.methods.catalog import METHODS, check_name


class Command(BaseCommand):
    help = "List the explanation methods with their cards: what each needs, costs, misses, and may not claim."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME", help="only these, with their whole cards")
        parser.add_argument("--tier", choices=TIERS, help="only those that a model of this tier allows")
        parser.add_argument("--json", action="store_true", help="the cards as JSON")

    def handle(self, **options: Any) -> None:
        others = {card.name: card for card in all_cards() if card.gives != "map"}
        names = options["names"] or [*METHODS, *others]
        cards = [others.get(name) or card_of(check_name(name)) for name in names]
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
                    f"{card.name:{width}}  {card.title}: {card.family}, needs {card.needs}. {card.cost}"
                )


def _whole(card: MethodCard) -> str:
    lines = [
        f"{card.title} ({card.name})",
        f"  {card.kind} by {card.family}; {card.scope}; {card.stage}; needs {card.needs}; "
        f"{'for certain models only' if card.specific else 'for any model that gives what it needs'}",
        f"  sign: {card.sign}",
        f"  cost: {card.cost}",
        f"  paper: {card.paper}",
        *(f"  may fail: {text}" for text in card.failure_modes),
        *(f"  does not show: {text}" for text in card.not_to_claim),
    ]
    return "\n".join(lines)
