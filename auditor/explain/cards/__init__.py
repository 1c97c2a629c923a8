"""Method cards: what a reader must know of each method, one TOML file a method, read without torch."""

import tomllib
from functools import cache
from importlib.resources import files

from auditor.common.said import one_of, say
from auditor.explain import words
from auditor.explain.evidence import TIERS, MethodCard, Tier
from auditor.explain.spec import Modality


@cache
def card(name: str) -> MethodCard:
    """Return the card of a method; raises KeyError where there is none of this name."""
    found = files(__name__).joinpath(f"{name}.toml")
    if not found.is_file():
        raise KeyError(name)
    return MethodCard.model_validate({"name": name} | tomllib.loads(found.read_text("utf-8")))


@cache
def cards() -> tuple[MethodCard, ...]:
    """Return all cards, those of single items first, then by name."""
    names = (
        file.name.removesuffix(".toml") for file in files(__name__).iterdir() if file.name.endswith(".toml")
    )
    return tuple(sorted(map(card, names), key=lambda one: (one.scope != "local", one.name)))


def why_not(card: MethodCard, tier: Tier, modality: Modality) -> str | None:
    """Return why a method cannot be asked of a model of this tier and input, or None where it can."""
    if modality not in card.inputs:
        return say(
            "The method is made for inputs of the kind %(kinds)s, not of the kind %(kind)s.",
            kinds=one_of([words.KINDS[kind] for kind in card.inputs]),
            kind=words.KINDS[modality],
        )
    if TIERS.index(card.needs) <= TIERS.index(tier):
        return None
    if card.needs == "layers" and tier == "gradients":
        return say("The model has no layer with a spatial map, which this method looks at.")
    return say(
        "The method needs %(needs)s, and this model gives %(tier)s only.",
        needs=words.TIERS[card.needs],
        tier=words.TIERS[tier],
    )
