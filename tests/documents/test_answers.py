"""What the report derives about itself: what may be told, what was not tested, and what an auditor asks."""

import pytest

from auditor.common.store import Store
from auditor.explain.globals.documents import Survey
from auditor.explain.robustness.documents import Robustness
from auditor.explain.shortcuts.documents import Shortcuts, Verdict
from auditor.explain.trust.documents import Trust
from reports.documents.book import ReportBook
from reports.documents.sections import telling
from reports.documents.sections.asked import answers
from reports.documents.sections.declarations import declared, undeclared
from reports.documents.sections.limits import untested
from reports.documents.sections.usage import in_use
from reports.documents.snapshot import Declaration, FixedPlan, SignOff
from tests.documents import extremes, factory, trust_factory


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Store:
    return Store(tmp_path_factory.mktemp("store"))


def book(store: Store, snapshot=None, **changes) -> ReportBook:
    found = snapshot or factory.snapshot(factory.evidence(store, **changes))
    return ReportBook(found.evidence, store, snapshot=found)


def told(sentences: list[str], words: str) -> bool:
    return any(words in sentence for sentence in sentences)


def test_maps_may_be_told_by_methods_that_passed_and_by_no_others(store):
    evidence = factory.evidence(store, trust=trust_factory.trust())
    may, may_not = telling.may(evidence), telling.may_not(evidence)
    assert told(may, "by Occlusion: their maps passed")
    assert told(may_not, "by Integrated Gradients, which failed, or Grad-CAM, which stayed undecided")
    assert not told(may, "Grad-CAM")
    assert not told(may_not, "Occlusion")


def test_without_tests_no_reason_may_be_told(store):
    evidence = factory.evidence(store, trust=Trust())
    assert told(telling.may(evidence), "no reliable single reason")
    assert told(telling.may_not(evidence), "none was tested")


def test_a_tree_is_told_with_its_fidelity_or_not_at_all(store):
    good, poor = factory.evidence(store), factory.evidence(store, marker=True)
    assert told(
        telling.may(good), "it decides as the model in 90.0\u00a0% (95 % interval 84.0\u00a0% to 96.0\u00a0%"
    )
    assert not told(telling.may_not(good), "surrogate")
    assert told(telling.may_not(poor), "it decides as the model in 70.0\u00a0%")
    assert not told(telling.may(poor), "surrogate")


def test_counterfactuals_groups_and_shortcuts_are_told_as_measured(store):
    wide = extremes.wide(store).evidence
    assert told(telling.may(wide), "for the one item where this was measured")
    assert not told(telling.may_not(wide), "What would have changed")
    bare = factory.evidence(store)
    assert told(telling.may_not(bare), "What would have changed a decision: this was not measured")
    assert told(telling.may(bare), "by sex, view")
    none = bare.model_copy(update={"performance": bare.performance.model_copy(update={"groups": ()})})
    assert told(telling.may_not(none), "no group could be measured")
    for outcome, words in (("found", "a shortcut was found"), ("not tested", "this was not tested")):
        made = factory.evidence(store, shortcuts=Shortcuts(verdict=Verdict(outcome=outcome)))
        assert told(telling.may_not(made), words)
    made = factory.evidence(store, shortcuts=Shortcuts(verdict=Verdict(outcome="not found")))
    assert not told(telling.may_not(made), "shortcut")


def gaps(of: ReportBook) -> str:
    return " ".join(f"{subject}: {sentence}" for subject, sentence in untested(of))


def test_what_was_tested_is_no_gap_and_what_was_not_is_one(store):
    text = gaps(book(store, trust=trust_factory.trust()))
    assert "Explanations were tested on 48 of 120 items" in text
    assert "No explanation was tested" not in text
    assert "Graded changes were" not in text
    assert "smaller than 10 items: site = north, site = south" in text
    assert "compared with no earlier one" in text
    bare = gaps(book(store, trust=Trust(), robustness=Robustness(reason="There were no items.")))
    assert "No explanation was tested" in bare
    assert "Robustness: There were no items." in bare


def test_sampled_items_masks_and_methods_that_could_not_be_used_are_gaps(store):
    whole = factory.evidence(store)
    facts = whole.validation_set.model_copy(update={"masks": 30, "items": 200})
    first = whole.methods[0].model_copy(update={"applicable": False, "reason": "It has no layers."})
    text = gaps(book(store, validation_set=facts, methods=(first, *whole.methods[1:])))
    assert "The set has them for 30 of 200 items" in text
    assert "Graded changes were made to 120 of 200 items" in text
    assert "Grad-CAM is in the plan and could not be used: It has no layers." in text
    assert "The set has none" in gaps(book(store, validation_set=facts.model_copy(update={"masks": 0})))


def test_what_the_survey_left_out_is_a_gap(store):
    text = gaps(book(store, survey=Survey(unanswered=("The components were not found.",))))
    assert "The components were not found." in text
    assert "drift was not measured" in text
    assert "drift was not measured" not in gaps(book(store, extremes.wide(store)))


def stated(text: str) -> tuple[Declaration, ...]:
    return (Declaration(section="model", field="in_use", text=text, by="Ada Lovelace", when=extremes.WHEN),)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("", "no"), ("Since May.", "partly"), (f"SHA-256 {'f' * 64}", "no"),
        (f"SHA-256 {'B' * 64}", "yes"), (f"the model {'a' * 64}.", "yes"), ("b" * 65, "partly"),
    ],
)  # fmt: skip
def test_the_version_in_use_is_held_against_the_audited_one(store, text, state):
    snapshot = factory.snapshot(factory.evidence(store), declarations=stated(text))
    assert in_use(book(store, snapshot)).state == state


def states(of: ReportBook) -> list[str]:
    return [answer.state for answer in answers(of)]


def test_a_bare_interim_report_answers_less_than_a_complete_one(store):
    bare, complete = book(store), book(store, extremes.declared(store))
    assert len(states(bare)) == 15
    assert states(bare).count("yes") < states(complete).count("yes")
    by = {place: answer.state for place, answer in enumerate(answers(complete), 1)}
    assert all(by[place] == "yes" for place in (5, 9, 11, 12, 13))
    by = {place: answer.state for place, answer in enumerate(answers(bare), 1)}
    assert all(by[place] == "no" for place in (5, 9, 12, 13, 14))


def test_one_person_is_not_two_and_a_plan_fixed_later_was_not_fixed_before(store):
    alone = SignOff(by="Ada Lovelace", when=extremes.WHEN, statement="", prepared_by="Ada Lovelace")
    late = FixedPlan(name="quick", by="Ada Lovelace", when="2026-11-24T02:00:00Z")
    found = answers(book(store, extremes.declared(store, sign_off=alone, plan=late)))
    assert found[12].state == "no"
    assert "Ada Lovelace alone" in found[12].sentence
    assert found[10].state == "no"


def test_what_nobody_declared_is_missing_and_choices_are_said_in_words(store):
    assert all(one.missing for one in declared(book(store), "purpose"))
    complete = book(store, extremes.declared(store))
    assert undeclared(complete) == []
    found = {one.name: one for one in declared(complete, "purpose")}
    assert found["automation"].text.startswith("The score is the decision")
    assert found["automation"].when == "24 November 2026, 09:00 UTC"
    (register,) = declared(complete, "risks")
    assert register.columns[0] == "Risk"
    assert register.rows[1][2] == "not declared"
    blank = factory.snapshot(factory.evidence(store), declarations=stated("  "))
    assert len(undeclared(book(store, blank))) == len(undeclared(book(store)))
