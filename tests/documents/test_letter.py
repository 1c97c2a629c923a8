"""The letter to a data subject: plain, short, and nothing in it that was not tested."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from auditor.common.errors import RetraceError
from auditor.common.store import Store
from reports.documents.letter.likeness import errors_like, observed_at, overall_errors
from reports.documents.letter.page import letter_page
from reports.documents.letter.reasons import _strongest, reasons, trusted_method
from tests.documents import factory, letters, readability


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return Store(tmp_path_factory.mktemp("store"))


def text_of(facts, store) -> str:
    html = letter_page(facts, store).html
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)).strip()


def test_only_a_method_that_passed_its_tests_is_quoted(store):
    facts = letters.about_a_picture(store)
    found = text_of(facts, store)
    assert "Occlusion" in found
    assert "Grad-CAM" not in found
    assert "Integrated Gradients" not in found
    assert len(letter_page(facts, store).assets) == 1


def test_where_none_passed_the_letter_says_so_and_shows_no_picture(store):
    facts = letters.about_a_picture(store, tested=False)
    found = text_of(facts, store)
    assert "We cannot name a single point that counted most" in found
    assert not letter_page(facts, store).assets
    assert not any(title in found for _name, title in factory.METHODS)


def test_the_strongest_part_of_a_picture_is_where_the_map_is_strongest(store):
    facts = letters.about_a_picture(store, item=1)
    found = reasons(facts.evidence, store, facts.entry.item)
    assert found.method == "occlusion"
    row, column = np.unravel_index(found.values.argmax(), found.values.shape)
    side = found.values.shape[0]
    assert found.parts[0].place == 3 * (3 * row // side) + 3 * column // side
    assert found.parts[0].weight == 1


def test_a_row_is_told_in_its_own_columns_and_values(store):
    found = text_of(letters.about_a_row(store), store)
    assert "“Monthly income”, in your case 2450.5 €: this spoke for the result." in found
    assert "“age”, in your case 41 years: this spoke against the result." in found
    assert "unused" not in found
    assert (
        "“Monthly income” 3100 € instead of 2450.5 €; “home” owned instead of rented: then “no lesion”."
        in found
    )


def test_where_no_other_values_were_found_the_letter_says_so(store):
    assert "found none that is likely" in text_of(letters.about_a_row(store, alternatives=False), store)
    assert "This was not measured for your case" in text_of(letters.about_a_picture(store), store)


def test_what_is_not_declared_makes_a_draft(store):
    whole = text_of(letters.about_a_picture(store), store)
    assert "Draft" not in whole
    assert "not declared" not in whole
    stated = letters.declarations(authority="", automation="")
    draft = text_of(letters.about_a_picture(store, stated=stated), store)
    assert "Draft. Do not send this letter yet." in draft
    assert "Supervisory authority" in draft
    assert "Decision supported or automated" in draft
    assert "A person made the decision" not in draft


@pytest.mark.parametrize("automation", ["automated", "draws_strongly", "supported"])
def test_what_a_person_did_is_said_as_it_was_declared(store, automation):
    found = text_of(letters.about_a_picture(store, stated=letters.declarations(automation=automation)), store)
    assert ("The program decided alone" in found) == (automation == "automated")
    assert ("weighed heavily" in found) == (automation == "draws_strongly")


def test_errors_are_those_of_the_smallest_printed_group_that_the_person_is_in(store):
    facts = letters.about_a_row(store)
    found = errors_like(facts.evidence, facts.entry.item)
    assert found.group == (("sex", "F"), ("view", "AP"))
    assert (found.of_hundred, found.low, found.high) == (7, 3, 12)
    assert overall_errors(facts.evidence).n == 120
    alone = facts.entry.item.model_copy(
        update={"entry": facts.entry.item.entry.model_copy(update={"groups": {"site": "south"}})}
    )
    assert errors_like(facts.evidence, alone) is None


def test_points_are_held_against_what_came_true(store):
    facts = letters.about_a_picture(store)
    calibration = facts.evidence.performance.calibration
    near = calibration.bins[4]
    item = facts.entry.item.model_copy(
        update={"scores": (1 - near.predicted, near.predicted), "predicted": "lesion"}
    )
    assert observed_at(facts.evidence, item) == near.observed
    other = item.model_copy(update={"predicted": "no lesion"})
    turned = observed_at(facts.evidence, other)
    assert turned.value == pytest.approx(1 - near.observed.value)
    assert (turned.low, turned.high) == pytest.approx((1 - near.observed.high, 1 - near.observed.low))
    between = (calibration.bins[4].high + calibration.bins[5].low) / 2
    assert calibration.bins[4].high < between < calibration.bins[5].low
    assert observed_at(facts.evidence, item.model_copy(update={"scores": (1 - between, between)})) is None


def test_methods_without_a_map_of_the_item_are_not_quoted(store):
    facts = letters.about_a_picture(store)
    item = facts.entry.item
    without = item.model_copy(
        update={"maps": {name: one for name, one in item.maps.items() if name != "occlusion"}}
    )
    assert trusted_method(facts.evidence, item) == "occlusion"
    assert trusted_method(facts.evidence, without) is None


def test_a_lost_map_is_an_error_that_names_it(store, tmp_path):
    facts = letters.about_a_picture(store)
    with pytest.raises(RetraceError, match="map of item"):
        letter_page(facts, Store(tmp_path))


def test_hostile_statements_are_text(store):
    hostile = "<img src=file:///etc/passwd><script>1</script> \u202eevil"
    html = letter_page(
        letters.about_a_picture(store, stated=letters.declarations(channels=hostile)), store
    ).html
    assert "<script>" not in html
    assert "&lt;img src=file" in html
    assert "\u202e" not in html


@pytest.mark.parametrize("make", [letters.about_a_picture, letters.about_a_row])
def test_the_letter_is_plain(store, make):
    found = text_of(make(store), store)
    assert readability.ease(found, "en") >= 60
    assert readability.lix(found) < 40


@given(
    arrays.arrays(
        np.float32, st.tuples(st.integers(3, 12), st.integers(3, 12)), elements=st.floats(-1, 1, width=32)
    )
)
def test_parts_are_sorted_and_in_the_unit_of_the_strongest(values):
    found = _strongest(values)
    weights = [abs(part.weight) for part in found]
    assert weights == sorted(weights, reverse=True)
    assert all(0.1 - 1e-6 <= weight <= 1 + 1e-6 for weight in weights)
    assert len({part.place for part in found}) == len(found) <= 3
