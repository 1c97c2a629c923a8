"""Groups, intersections and gaps: nothing small follows from what is printed, and chance is told from difference."""

from importlib import import_module

import numpy as np
import pytest

from auditor.explain.bootstrap import Bootstrap
from auditor.explain.evidence import ItemRecord
from auditor.explain.performance import Answers, performance
from auditor.explain.performance.disclosure import withheld, withheld_cells
from auditor.explain.performance.gaps import exact_p, gaps, holm, shuffled
from auditor.explain.performance.groups import Column, columns_of, crossed
from auditor.explain.spec import ItemEntry
from tests.explain import toys
from tests.reference import performance as slow

CLASSES = ("a", "b")
BOOTSTRAP = Bootstrap(200, 0.95, 3)


def answers(rng, n, wrong=0.2):
    """Answers of which `wrong` (a share, or one an item) are wrong."""
    labels = rng.integers(2, size=n)
    decided = np.where(rng.random(n) < wrong, 1 - labels, labels)
    score = np.clip(0.5 + (decided - 0.5) * rng.random(n), 0, 1)
    return Answers(labels, decided, np.column_stack((1 - score, score)))


def column(values, minimum=10):
    return columns_of([{"c": value} if value else {} for value in values], minimum)[0]


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ({"a": 50, "b": 30}, set()),
        ({"a": 50, "b": 3}, {"a", "b"}),
        ({"a": 50, "b": 30, "c": 3}, {"b", "c"}),
        ({"a": 50, "b": 30, "c": 3, "d": 4}, {"b", "c", "d"}),
        ({"a": 50, "b": 30, "c": 6, "d": 4}, {"c", "d"}),
        ({"a": 50, None: 3}, {"a", None}),
        ({"a": 50, "b": 3, None: 20}, {"b", None}),
    ],
)
def test_what_would_follow_from_the_total_is_withheld(sizes, hidden):
    assert withheld(sizes, 10) == hidden


def test_no_margin_gives_a_small_cell_away():
    for seed in range(60):
        rng = np.random.default_rng(seed)
        first, second = (
            rng.choice(4, size=160, p=(0.4, 0.3, 0.2, 0.1)),
            rng.choice(5, size=160, p=(0.35, 0.3, 0.2, 0.1, 0.05)),
        )
        sizes = {(f"r{i}", f"c{j}"): int(((first == i) & (second == j)).sum()) for i, j in np.ndindex(4, 5)}
        sizes = {cell: n for cell, n in sizes.items() if n}
        by_axis = [
            withheld({v: int((values == k).sum()) for k, v in enumerate(names)}, 10)
            for values, names in ((first, ("r0", "r1", "r2", "r3")), (second, ("c0", "c1", "c2", "c3", "c4")))
        ]
        hidden = withheld_cells(sizes, *by_axis, 10)
        assert hidden >= {cell for cell, n in sizes.items() if n < 10}
        for axis in (0, 1):
            for value in {cell[axis] for cell in sizes}:
                line = [n for cell, n in sizes.items() if cell[axis] == value and cell in hidden]
                everything = all(cell in hidden for cell in sizes if cell[axis] == value)
                assert not line or everything or (len(line) > 1 and sum(line) >= 10)


def test_a_shown_set_of_cells_is_found_where_all_are_large_and_items_add_up():
    rng = np.random.default_rng(1)
    sex, site = rng.choice(["F", "M"], 200), rng.choice(["n", "s"], 200)
    groups = [{"sex": a, "site": b} for a, b in zip(sex.tolist(), site.tolist(), strict=True)]
    given = answers(rng, 200)
    met = crossed(columns_of(groups, 10), given, CLASSES, BOOTSTRAP, 10)
    assert [(one.values, one.n) for one in met.intersections] == [
        ((a, b), int(((sex == a) & (site == b)).sum())) for a in "FM" for b in "ns"
    ]
    assert (met.accounts[0].measured, met.accounts[0].withheld, met.left_out) == (200, 0, [])
    first = met.intersections[0]
    chosen = (sex == "F") & (site == "n")
    assert first.metrics[0].measure.value == pytest.approx(given.right[chosen].mean())


def test_more_intersections_than_bearable_are_left_out_with_a_sentence(monkeypatch):
    monkeypatch.setattr("auditor.explain.performance.groups._MOST", 5)
    rng = np.random.default_rng(2)
    drawn = rng.choice(["x", "y"], size=(300, 3)).tolist()
    groups = [dict(zip("abc", row, strict=True)) for row in drawn]
    met = crossed(columns_of(groups, 10), answers(rng, 300), CLASSES, BOOTSTRAP, 10)
    assert len(met.intersections) == 4
    assert met.left_out == ["Intersections of a with c, b with c were not measured: more than 5 would be."]


def test_the_exact_p_is_that_of_all_regroupings():
    for seed in range(12):
        rng = np.random.default_rng(seed)
        labels, chosen, hits = rng.integers(2, size=11), rng.random(11) < 0.45, rng.random(11) < 0.6
        for among in (np.ones(11, dtype=bool), labels == 1):
            if not (chosen & among).any() or not (~chosen & among).any():
                continue

            def apart(one, other, among=among, hits=hits):
                shares = [np.mean([hits[i] for i in side if among[i]]) for side in (one, other)]
                return shares[0] - shares[1]

            expected = slow.permutation_p(chosen, labels.tolist(), apart)
            assert exact_p(chosen, hits, among, labels) == pytest.approx(expected)


def test_shuffling_keeps_the_labels_of_a_group():
    labels = np.array([0, 0, 0, 1, 1, 1, 1])
    chosen = np.array([1, 0, 0, 1, 1, 0, 0], dtype=bool)
    made = shuffled(chosen, labels, 400, np.random.default_rng(0))
    assert (made[:, :3].sum(axis=1) == 1).all()
    assert (made[:, 3:].sum(axis=1) == 2).all()
    assert made.mean(axis=0) == pytest.approx([1 / 3] * 3 + [1 / 2] * 4, abs=0.1)


def test_holm_is_the_stepwise_definition():
    values = np.random.default_rng(0).random(20).tolist()
    assert holm(values) == pytest.approx(slow.holm(values))
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


def test_a_real_gap_is_found_and_chance_rarely():
    rng = np.random.default_rng(4)
    site = np.repeat(["north", "south"], 150)
    worse = answers(rng, 300, np.where(site == "south", 0.45, 0.05))
    found, left_out = gaps([column(site.tolist())], worse, CLASSES, BOOTSTRAP, 10)
    by_name = {gap.name: gap for gap in found}
    assert set(by_name) == {"accuracy", "sensitivity", "specificity", "auroc"}
    assert {gap.value for gap in found} == {"north"}
    assert left_out == []
    for gap in found:
        assert gap.difference.low > 0
        assert gap.adjusted < 0.01
    apart = worse.right[site == "north"].mean() - worse.right[site == "south"].mean()
    assert by_name["accuracy"].difference.value == pytest.approx(apart)
    assert (by_name["accuracy"].n, by_name["accuracy"].others) == (150, 150)
    assert "regroupings of items within labels, drawn by seed 3" in by_name["auroc"].test

    by_chance = 0
    for seed in range(60):
        none, _ = gaps(
            [column(site.tolist())], answers(np.random.default_rng(seed), 300), CLASSES, BOOTSTRAP, 10
        )
        by_chance += any(gap.adjusted < 0.05 for gap in none)
    assert by_chance <= 7  # nominal 3 of 60; 8 or more have a chance of 1 %


def test_a_gap_that_would_disclose_a_small_group_is_not_measured():
    values = ["a"] * 90 + ["b"] * 4 + [None] * 20
    one = column(values)
    assert one.shown == ["a"]
    assert gaps([one], answers(np.random.default_rng(0), 114), CLASSES, BOOTSTRAP, 10) == ([], [])
    three = Column("c", tuple(["a"] * 40 + ["b"] * 40 + ["d"] * 40), frozenset())
    found, _ = gaps([three], answers(np.random.default_rng(0), 120), CLASSES, BOOTSTRAP, 10)
    assert {gap.value for gap in found} == {"a", "b", "d"}


def test_gaps_too_dear_are_left_out_with_a_sentence(monkeypatch):
    monkeypatch.setattr(import_module("auditor.explain.performance.gaps"), "_MOST_CELLS", 120 * 200)
    three = Column("c", tuple(["a"] * 40 + ["b"] * 40 + ["d"] * 40), frozenset())
    found, left_out = gaps([three], answers(np.random.default_rng(0), 120), CLASSES, BOOTSTRAP, 10)
    assert {gap.value for gap in found} == {"a"}
    assert left_out == [
        "The gaps of c = b, c = d were not tested: the set is too large for as many regroupings as the plan asks."
    ]


def test_the_whole_account_is_the_same_twice_and_adds_up():
    rng = np.random.default_rng(9)
    given = answers(rng, 150)
    groups = [
        {"sex": str(a), **({"site": str(b)} if b != "none" else {})}
        for a, b in zip(rng.choice(["F", "M"], 150), rng.choice(["n", "s", "none", "w"], 150), strict=True)
    ]
    records = [
        ItemRecord(
            index=i,
            entry=ItemEntry(
                id=str(i), label=CLASSES[given.labels[i]], groups=groups[i], content="0" * 64, mask=None
            ),
            scores=tuple(given.scores[i].tolist()),
            predicted=CLASSES[given.decided[i]],
            target="a",
            maps={},
            effects=None,
            features={},
        )
        for i in range(150)
    ]
    result = performance(records, CLASSES, toys.plan())
    assert result == performance(records, CLASSES, toys.plan())
    assert {one.columns for one in result.accounts} == {("sex",), ("site",), ("sex", "site")}
    assert all(one.measured + one.withheld == 150 for one in result.accounts)
    assert sum(one.n for one in result.intersections) == result.accounts[-1].measured
    assert {gap.column for gap in result.gaps} == {"sex", "site"}
