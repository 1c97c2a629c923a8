"""The registry of methods, as an administrator reads it."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from auditor.common.errors import Refused
from auditor.explain.cards import card, cards
from auditor.explain.methods.catalog import METHODS, method

GLOBAL = {
    "accumulated_local_effects",
    "partial_dependence",
    "pca",
    "permutation_importance",
    "sage",
    "surrogate_tree",
}


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("methods", *arguments, stdout=out)
    return out.getvalue()


def test_every_method_is_listed_with_what_it_costs():
    names = [line.split()[0] for line in said().splitlines()]
    assert names[: len(METHODS)] == list(METHODS)
    assert set(names[len(METHODS) :]) >= GLOBAL
    assert len(set(names)) == len(names) == len(cards())


def test_a_scope_leaves_out_the_other():
    whole, single = said("--scope", "global").splitlines(), said("--scope", "local").splitlines()
    assert {line.split()[0] for line in whole} == GLOBAL
    assert {line.split()[1] for line in single} == {"local"}
    assert len(whole) + len(single) == len(cards())


def test_what_looks_at_the_items_alone_needs_no_model():
    assert "before the model; needs no model;" in said("pca")
    assert "after the model; needs predictions;" in said("surrogate_tree")


def test_a_tier_leaves_out_what_it_does_not_allow():
    found = said("--tier", "predictions")
    assert "occlusion" in found
    assert "grad_cam" not in found


def test_a_whole_card_says_what_it_may_not_claim():
    assert "does not show: That the highlighted outline is the outline of a finding." in said("grad_cam")


def test_cards_are_data():
    (card,) = json.loads(said("occlusion", "--json"))
    assert card["needs"] == "predictions"
    assert card["gives"] == "map"


def test_an_unknown_method_is_refused():
    with pytest.raises(Refused, match="did you mean 'occlusion'"):
        said("oclusion")


def test_a_card_without_a_map_is_read_by_its_name():
    assert said("counterfactuals").startswith("Counterfactuals (counterfactuals)\n  example by perturbation")


def test_every_method_has_a_card_and_every_card_of_a_map_a_method():
    assert {card.name for card in cards() if card.gives == "map"} == set(METHODS)
    assert all(method(name).card == card(name) for name in METHODS)


def test_cards_of_whole_sets_say_what_they_do_not_show():
    found = {card.name: card for card in cards() if card.scope == "global"}
    assert set(found) == GLOBAL
    assert all(card.failure_modes and card.not_to_claim and card.paper for card in found.values())
