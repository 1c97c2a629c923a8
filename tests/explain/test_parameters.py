"""Parameters on cards: the same as the classes of settings that run, and as strict."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from auditor.common.errors import Refused
from auditor.explain.cards import card
from auditor.explain.choosing import check_methods, check_suits, read_plan
from auditor.explain.methods.catalog import METHODS, method
from auditor.explain.parameters import Parameter, faults, parameters_of
from auditor.explain.plan import Plan
from auditor.explain.plans import NAMES, plan_of
from auditor.explain.spec import KINDS

SETTINGS = {name: method(name).settings_type for name in METHODS}
EACH = [(name, parameter) for name in METHODS for parameter in card(name).parameters]
ON_THE_CARD_ALONE = {"title": "", "words": "", "for_inputs": (), "only_where": {}, "at_most": ""}


@pytest.mark.parametrize("name", METHODS)
def test_a_card_says_what_the_settings_of_its_method_take(name):
    settings = SETTINGS[name]
    said = tuple(parameter.model_copy(update=ON_THE_CARD_ALONE) for parameter in card(name).parameters)
    assert said == parameters_of(settings, settings.model_fields)


@pytest.mark.parametrize(("name", "parameter"), EACH, ids=lambda value: getattr(value, "name", value))
def test_every_parameter_is_said_in_one_sentence_and_its_conditions_name_others(name, parameter):
    assert parameter.words.endswith(".")
    assert parameter.words.count(". ") == 0
    assert parameter.takes(parameter.default)
    assert set(parameter.for_inputs) <= set(card(name).inputs)
    others = {other.name for other in card(name).parameters} - {parameter.name}
    assert set(parameter.only_where) <= others
    assert {parameter.at_most} <= others | {""}


def edges(parameter: Parameter) -> st.SearchStrategy[object]:
    bounds = {parameter.minimum, parameter.maximum, parameter.above, parameter.below} - {None}
    near = [
        value
        for bound in bounds
        for value in (bound, math.nextafter(bound, -math.inf), math.nextafter(bound, math.inf))
    ]
    whole = [int(bound) + step for bound in bounds for step in (-1, 0, 1)]
    numbers = st.one_of(
        st.sampled_from([*near, *whole, 0, 1]), st.integers(-5, 10**7), st.floats(allow_nan=False)
    )
    return st.one_of(
        numbers,
        st.booleans(),
        st.none(),
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=3),
        st.sampled_from([*parameter.choices, "mean", "grid"]),
        st.lists(numbers, min_size=1, max_size=3),
    )


@given(st.sampled_from(EACH).flatmap(lambda each: st.tuples(st.just(each), edges(each[1]))))
def test_a_card_takes_what_the_settings_take(drawn):
    (name, parameter), value = drawn
    values = {parameter.name: value}
    if parameter.name == "baseline" and parameter.only_where and value is not None:
        values["missing"] = "baseline"
    if parameter.name == "missing" and value == "baseline":
        values["baseline"] = 0.5
    assert parameter.takes(value) == accepted(name, values)
    assert (parameter.name in faults(card(name).parameters, values)) != parameter.takes(value) or (
        "stride" in SETTINGS[name].model_fields
    )  # a stride beyond its window is found out later by the method itself


def accepted(name: str, values: dict[str, object]) -> bool:
    """Whether the settings take the values of JSON as they are, nothing read into another type."""
    listed = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
    try:
        SETTINGS[name].model_validate(listed, strict=True)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("name", ["shapley_sampling", "kernel_shap", "lime"])
@pytest.mark.parametrize("values", [{"missing": "baseline"}, {"baseline": 0.5}])
def test_a_baseline_without_its_condition_or_the_reverse_is_a_fault_of_both(name, values):
    assert list(faults(card(name).parameters, values)) == ["baseline"]
    assert not accepted(name, values)


@pytest.mark.parametrize(
    ("name", "parameters", "sentence"),
    [
        ("occlusion", {"window": 0}, "parameter window: give a whole number from 1 to 4096"),
        ("occlusion", {"wndow": 4}, "parameter wndow: there is no such parameter; there are window, stride"),
        ("occlusion", {"window": 8, "stride": 9}, "parameter stride: give no more than window, which is 8"),
        ("deep_shap", {"samples": 4}, "there is nothing to set"),
        ("lime", {"kernel_width": 0}, "give a number of at most 100 and above 0"),
        ("lime", {"missing": "mean"}, "give one of neutral, baseline, background"),
        ("lime", {"missing": "baseline"}, "because missing is baseline"),
        ("oclusion", {}, "did you mean 'occlusion'"),
    ],
)
def test_what_is_wrong_in_a_plan_is_named(name, parameters, sentence):
    plan = Plan.model_validate({"name": "own", "methods": [{"name": name, "parameters": parameters}]})
    with pytest.raises(Refused) as error:
        check_methods(plan)
    assert sentence in error.value.sentence


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_the_plans_of_the_product_are_rightly_set_and_suit_their_kind(name, kind):
    check_methods(plan_of(name, kind))
    check_suits(plan_of(name, kind), kind, None)


def test_a_plan_without_methods_or_with_one_twice_is_refused():
    for methods, sentence in (((), "has no method"), (("lrp", "lrp"), "has the method lrp twice")):
        plan = Plan.model_validate({"name": "own", "methods": [{"name": name} for name in methods]})
        with pytest.raises(Refused, match=sentence):
            check_methods(plan)


def test_a_plan_that_no_method_of_suits_the_model_is_refused():
    plan = Plan.model_validate({"name": "maps", "methods": [{"name": "grad_cam"}]})
    with pytest.raises(
        Refused, match=r"No method of the plan 'maps' can be asked of this model.* not of the kind table"
    ):
        check_suits(plan, "table", None)
    with pytest.raises(Refused, match="needs layers, and this model gives predictions only"):
        check_suits(plan, "image", "predictions")
    check_suits(plan, "image", None)


def test_a_plan_file_is_read_or_refused_by_its_field(tmp_path):
    path = tmp_path / "plan.json"
    path.write_bytes(plan_of("quick", "image").to_bytes())
    assert read_plan(path) == plan_of("quick", "image")
    path.write_text('{"name": "own\\u0000", "methods": []}')
    with pytest.raises(Refused, match=r"plan\.json, field name: "):
        read_plan(path)
    path.write_text('{"name": "own", "methods": [], "grid": 1}')
    with pytest.raises(Refused, match=r"plan\.json, field grid: "):
        read_plan(path)
    with pytest.raises(Refused, match="cannot be read: No such file"):
        read_plan(tmp_path / "none.json")
