"""Counterfactuals of rows: against a search of every combination, and by what each must be."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.common.errors import Refused
from auditor.explain.counterfactuals.columns import columns_of, rows_of, said
from auditor.explain.counterfactuals.documents import CounterfactualRecord
from auditor.explain.counterfactuals.neighbourhood import gower, ranges
from auditor.explain.counterfactuals.settings import CounterfactualSettings
from auditor.explain.counterfactuals.tables import Support, counterfactuals
from auditor.explain.model import AuditedModel
from auditor.explain.spec import NumberColumn, TableInput
from tests.explain import toys
from tests.explain.row_toys import TABLE, Rule, drawn, mixed, rule, tensor
from tests.reference import counterfactuals as slow


def after(row: slow.Row, alternative) -> slow.Row:
    assert all(row[change.column] == change.before != change.after for change in alternative.changes)
    return row | {change.column: change.after for change in alternative.changes}


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 10_000),
    quantile=st.sampled_from([0.3, 0.8, 1.0]),
    margin=st.sampled_from([0.0, 0.5, 0.8]),
    target=st.sampled_from([None, 0, 2]),
    known=st.booleans(),
    most=st.sampled_from([1, 2, 4]),
)
def test_the_smallest_change_is_that_of_a_search_of_every_combination(
    seed, quantile, margin, target, known, most
):
    torch.set_num_threads(1)
    model, rows = mixed(seed), drawn(14, seed)
    row = rows[3] if known else drawn(1, seed + 1)[0]
    given_ = {"quantile": quantile, "margin": margin, "most_columns": most, "levels": 3, "neighbours": 3}
    found = counterfactuals(
        model, tensor([row])[0], tensor(rows), CounterfactualSettings(**given_), 0, 16, target
    )
    expected = slow.smallest(model, row, rows, given_, target)
    assert found.exhaustive
    assert (found.refused is None) == bool(found.alternatives)
    if target is not None and model.classes[target] == found.predicted:
        assert found.refused == f"The outcome is {found.predicted!r} already."
        return
    assert bool(found.alternatives) == bool(expected)
    every = {tuple(one.items()): (size, distance) for size, distance, one in expected}
    sizes = [(len(one.changes), one.distance) for one in found.alternatives]
    assert sizes == sorted(sizes)
    assert not sizes or sizes[0] == expected[0][:2]
    for one, size in zip(found.alternatives, sizes, strict=True):
        assert every[tuple(after(row, one).items())] == size
        assert one.nearness <= found.bound
    changed = [{change.column for change in one.changes} for one in found.alternatives]
    assert not any(one <= other for i, one in enumerate(changed) for other in changed[i + 1 :])
    assert len(changed) == min(3, len(minimal(row, expected)))


def minimal(row: slow.Row, expected: list) -> list[set[str]]:
    """Return the sets of columns that hold no smaller set which alters the outcome."""
    chosen: list[set[str]] = []
    for _, _, one in expected:
        columns = {name for name in row if one[name] != row[name]}
        if not any(other <= columns for other in chosen):
            chosen.append(columns)
    return chosen


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10_000), budget=st.integers(1, 40), quantile=st.sampled_from([0.5, 0.95]))
def test_what_a_small_budget_finds_is_still_a_plausible_change(seed, budget, quantile):
    torch.set_num_threads(1)
    model, rows = mixed(seed), drawn(30, seed)
    row = drawn(1, seed + 1)[0]
    asked: list[int] = []
    probabilities = model.probabilities
    model.probabilities = lambda inputs: asked.append(len(inputs)) or probabilities(inputs)
    found = counterfactuals(
        model,
        tensor([row])[0],
        tensor(rows),
        CounterfactualSettings(budget=budget, most_columns=4, quantile=quantile),
        seed=0,
        batch=8,
    )
    assert max(asked) <= 8
    assert sum(asked) == found.tried + 1 <= budget + 1
    spreads = {name: slow.spread(model, rows, name) for name in ("age", "crp", "dose")}
    assert found.bound == slow.bound(rows, 5, quantile, spreads)
    for one in found.alternatives:
        changed = after(row, one)
        assert changed["age"] == row["age"]
        assert all(changed[name] is None for name in row if row[name] is None)
        assert all(change.after in {r[change.column] for r in rows} for change in one.changes)
        scores = slow.probabilities(model, changed)
        assert one.probabilities == pytest.approx(scores, abs=1e-5)
        assert one.predicted == model.classes[scores.index(max(scores))] != found.predicted
        assert one.distance == slow.distance(row, changed, spreads)
        assert one.nearness == slow.nearness(changed, rows, 5, spreads) <= found.bound


def test_a_beam_reaches_what_needs_more_columns_than_the_budget_can_try():
    columns = tuple(NumberColumn(name=f"x{n}") for n in range(12))
    spec = toys.spec(input=TableInput(kind="table", columns=columns))
    model = AuditedModel(Rule(lambda rows: rows[:, :4].sum(dim=1) - 3.5), spec)
    reference = (torch.rand(60, 12, generator=torch.Generator().manual_seed(0)) > 0.5).float()
    asked = CounterfactualSettings(most_columns=4, budget=150, quantile=1.0)
    found = counterfactuals(model, torch.zeros(12), reference, asked, 0, 64)
    assert {change.column for change in found.alternatives[0].changes} == {"x0", "x1", "x2", "x3"}
    assert not found.exhaustive
    assert found.searched_to == 2
    assert counterfactuals(
        model, torch.zeros(12), reference, asked.model_copy(update={"budget": 20_000}), 0, 64
    ).exhaustive


def test_a_line_is_crossed_at_the_nearest_observed_value():
    model = rule(lambda rows: rows[:, 0] - 5)
    reference = torch.stack((torch.arange(21.0) / 2, torch.arange(21.0) % 2), dim=1)
    found = counterfactuals(
        model, torch.tensor([2.0, 0.0]), reference, CounterfactualSettings(levels=30), seed=0, batch=4
    )
    (one,) = found.alternatives
    assert [(change.column, change.before, change.after) for change in one.changes] == [("x", 2.0, 5.5)]
    assert one.distance == pytest.approx(0.35 / 2)
    assert (found.predicted, one.predicted) == toys.CLASSES
    assert found.probabilities == pytest.approx(torch.softmax(torch.tensor([3.0, -3.0]), dim=0).tolist())


def test_values_are_said_as_the_file_has_them():
    found = rows_of(columns_of(tensor(drawn(1, 0)), TABLE), TABLE)[0]
    found[4], found[6] = 0.1, 1.0
    columns = columns_of(found[None], TABLE)[0]
    assert (said(TABLE.columns[2], columns[2]), said(TABLE.columns[4], columns[4])) == (0.1, "m")


def test_two_values_that_never_occur_together_are_no_counterfactual():
    model = rule(lambda rows: rows[:, 0] * rows[:, 1] - 0.5)
    both = torch.tensor([[0.0, 1.0], [1.0, 0.0]]).repeat(20, 1)
    found = counterfactuals(model, both[0], both, CounterfactualSettings(), seed=0, batch=4)
    assert found.alternatives == ()
    assert found.altering == 1
    assert "the outcome changes in 1, and none of these is plausible" in found.refused
    loose = counterfactuals(
        model, both[0], torch.cat((both, torch.ones(4, 2))), CounterfactualSettings(), seed=0, batch=4
    )
    assert [change.after for change in loose.alternatives[0].changes] == [1.0]


def test_each_reason_for_no_answer_is_said():
    constant = rule(lambda rows: rows[:, 0] * 0 - 1)
    reference = torch.rand(20, 2, generator=torch.Generator().manual_seed(0))
    asked = CounterfactualSettings()
    none = counterfactuals(constant, reference[0], reference, asked, 0, 4)
    assert (
        none.refused == "99 changes of up to 3 columns were tried; the outcome stays the same in all of them."
    )
    few = counterfactuals(constant, reference[0], reference[:5], asked, 0, 4)
    assert few.refused.endswith("which needs more than 5 of them, and there are 5.")
    same = counterfactuals(constant, reference[0], reference[:1].expand(9, 2), asked, 0, 4)
    assert same.refused.startswith("No column may change")
    already = counterfactuals(constant, reference[0], reference, asked, 0, 4, target=0)
    assert already.refused == "The outcome is 'clear' already."
    for record in (none, few, same, already):
        assert (record.alternatives, record.exhaustive) == ((), True)
        assert CounterfactualRecord.parse(record.to_bytes(), name="record") == record


def test_what_cannot_be_asked_is_refused():
    model, item = rule(lambda rows: rows[:, 0]), torch.zeros(2)
    with pytest.raises(Refused, match="The class 2 is none of the model's 2 classes"):
        counterfactuals(model, item, torch.zeros(9, 2), CounterfactualSettings(), 0, 4, target=2)
    with pytest.raises(Refused, match="holds values that are not numbers"):
        counterfactuals(model, item * torch.nan, torch.zeros(9, 2), CounterfactualSettings(), 0, 4)
    with pytest.raises(Refused, match="in a table only, and this model's input is of the kind image"):
        counterfactuals(
            toys.convolutional(), torch.zeros(1, 32, 32), item[None], CounterfactualSettings(), 0, 4
        )


def test_the_answer_does_not_depend_on_the_batch_and_a_support_serves_many_rows():
    model, rows = mixed(5), drawn(40, 5)
    asked, reference = CounterfactualSettings(compared=20), tensor(rows)
    support = Support.of(reference, TABLE, asked, seed=3)
    for row in tensor(drawn(4, 6)):
        one = counterfactuals(model, row, reference, asked, 3, 1)
        other = counterfactuals(model, row, support, asked, 3, 64)
        assert one.model_copy(update={"alternatives": ()}).compared == other.compared == 20
        assert [a.changes for a in one.alternatives] == [a.changes for a in other.alternatives]
    assert Support.of(reference, TABLE, asked, seed=3).neighbourhood.bound == support.neighbourhood.bound


@settings(deadline=None, max_examples=30)
@given(count=st.integers(1, 6), seed=st.integers(0, 10_000))
def test_rows_become_columns_and_back_and_distances_are_gowers(count, seed):
    rows = drawn(count, seed)
    encoded_rows = tensor(rows)
    columns = columns_of(encoded_rows, TABLE)
    assert torch.equal(rows_of(columns, TABLE).nan_to_num(-1), encoded_rows.nan_to_num(-1))
    spreads = {name: slow.spread(mixed(0), rows, name) for name in ("age", "crp", "dose")}
    found = gower(columns, columns, ranges(columns) * [1, 0, 1, 1, 0])
    expected = [[slow.distance(one, other, spreads) for other in rows] for one in rows]
    assert found == pytest.approx(torch.tensor(expected, dtype=torch.float64).numpy(), abs=1e-12)
