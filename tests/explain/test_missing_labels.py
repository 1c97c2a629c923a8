"""Rows without a label: counted by group, tested exactly, corrected for how many groups there are."""

from math import comb

import pytest

from auditor.common.store import Store
from auditor.explain.material.missing import missing_labels
from auditor.explain.material.overlap import overlap
from auditor.explain.spec import GroupCount, ItemEntry, Manifest, Unlabelled


def manifest(labelled: dict[str, int], missing: dict[str, int], column: str = "site") -> Manifest:
    sites = [site for site, n in labelled.items() for _ in range(n)]
    return Manifest(
        items=tuple(
            ItemEntry(id=f"i{i}", label="a", groups={column: site}, content=f"{i:064x}", mask=None)
            for i, site in enumerate(sites)
        ),
        unlabelled=Unlabelled(
            rows=sum(missing.values()),
            groups=tuple(GroupCount(column=column, value=v, n=n) for v, n in missing.items()),
        ),
    )


def slow_fisher(a: int, b: int, c: int, d: int) -> float:
    """Sum the chances of all tables with these margins that are no likelier than this one (Fisher, 1922)."""
    rows, column, every = a + b, a + c, a + b + c + d

    def chance(x: int) -> float:
        return comb(rows, x) * comb(every - rows, column - x) / comb(every, column)

    possible = range(max(0, column - (every - rows)), min(rows, column) + 1)
    return sum(chance(x) for x in possible if chance(x) <= chance(a) * (1 + 1e-7))


def test_two_groups_share_one_exact_test():
    found = missing_labels(manifest({"north": 40, "south": 30}, {"north": 2, "south": 9}))
    assert (found.missing, found.rows) == (11, 81)
    assert [(g.value, g.missing, g.rows) for g in found.groups] == [("north", 2, 42), ("south", 9, 39)]
    expected = slow_fisher(2, 40, 9, 30)
    assert [g.p for g in found.groups] == pytest.approx([expected, expected], rel=1e-6)
    assert expected < 0.05


def test_three_groups_are_each_held_against_the_rest_and_corrected():
    labelled, missing = {"a": 50, "b": 50, "c": 50}, {"a": 12, "b": 2}
    found = missing_labels(manifest(labelled, missing))
    raw = {}
    for group in labelled:
        rest = [other for other in labelled if other != group]
        raw[group] = slow_fisher(
            missing.get(group, 0),
            labelled[group],
            sum(missing.get(other, 0) for other in rest),
            sum(labelled[other] for other in rest),
        )
    ranked = sorted(raw, key=raw.__getitem__)
    steps = {group: (3 - place) * raw[group] for place, group in enumerate(ranked)}
    slow = {g: min(1, max(steps[o] for o in ranked[: ranked.index(g) + 1])) for g in ranked}
    assert {g.value: g.p for g in found.groups} == pytest.approx(slow, rel=1e-6)


def test_a_column_with_one_value_has_nothing_to_be_compared_with():
    assert [g.p for g in missing_labels(manifest({"a": 5}, {"a": 2})).groups] == [None]


def test_a_set_whose_rows_all_have_labels_has_no_groups_to_test():
    found = missing_labels(manifest({"a": 5, "b": 5}, {}))
    assert (found.missing, found.rows, found.groups) == (0, 10, ())


def test_the_left_out_rows_are_one_more_leaf_of_the_set_and_only_where_there_are_any():
    whole, less = manifest({"a": 3}, {}), manifest({"a": 3}, {"a": 1})
    assert less.lines()[:-1] == whole.lines()
    assert len({tuple(m.lines()) for m in (whole, less, manifest({"a": 3}, {"a": 2}))}) == 3


def test_items_on_the_training_list_are_found_by_content_and_by_pixels(tmp_path):
    store, given = Store(tmp_path), manifest({"a": 30}, {})
    pixels = given.items[3].model_copy(update={"pixels": "f" * 64})
    given = given.model_copy(update={"items": (*given.items[:3], pixels, *given.items[4:])})
    digest = store.put("\n".join([f"{7:064x}", "e" * 64, "f" * 64]).encode())
    found = overlap(given, digest, store)
    assert (found.digest, found.listed, found.seen, found.items) == (digest, 3, 2, ("i3", "i7"))


def test_no_list_is_not_a_list_without_matches(tmp_path):
    store, given = Store(tmp_path), manifest({"a": 30}, {})
    assert overlap(given, None, store).listed is None
    assert overlap(given, store.put(b"0" * 64 + b"\n" + b"f" * 64), store).seen == 1
    every = store.put("\n".join(item.content for item in given.items).encode())
    assert len(overlap(given, every, store).items) == 20
