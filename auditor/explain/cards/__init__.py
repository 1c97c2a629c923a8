"""Method cards: what a reader must know of each method, one TOML file a method, read without torch."""

import tomllib
from functools import cache
from importlib.resources import files

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
        return f"The method is made for inputs of the kind {' or '.join(card.inputs)}, not of the kind {modality}."
    if TIERS.index(card.needs) <= TIERS.index(tier):
        return None
    if card.needs == "layers" and tier == "gradients":
        return "The model has no layer with a spatial map, which this method looks at."
    return f"The method needs {card.needs}, and this model gives {tier} only."
