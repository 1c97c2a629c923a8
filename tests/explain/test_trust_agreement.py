"""Methods compared over parts, maps compared with regions, and the gallery that begins where methods disagree."""

import numpy as np
import pytest

from auditor.explain.gallery import gallery
from auditor.explain.trust.agreement import agreements, owners_of
from auditor.explain.trust.documents import ItemAgreement
from auditor.explain.trust.localisation import localised
from tests.explain import row_toys, toys, volume_toys
from tests.explain.test_runner import run
from tests.reference import trust_sanity as slow


def test_coarse_and_fine_maps_compare_by_their_cells():
    rng, owners = np.random.default_rng(0), owners_of(toys.spec(32).input, 4)
    fine = rng.normal(size=(32, 32)).astype(np.float32)
    sums = fine.reshape(4, 8, 4, 8).sum(axis=(1, 3))
    coarse = np.kron(sums, np.ones((8, 8), np.float32))
    other = rng.normal(size=(32, 32)).astype(np.float32)
    found = agreements({"a": fine, "b": coarse, "c": other, "d": 0 * fine}, owners)
    assert [(pair.first, pair.second) for pair in found] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert found[0].correlation == pytest.approx(1)
    expected = slow.spearman(sums.ravel(), other.reshape(4, 8, 4, 8).sum(axis=(1, 3)).ravel())
    assert found[1].correlation == pytest.approx(expected)


def test_columns_and_nodes_are_parts_themselves():
    assert owners_of(row_toys.TABLE, 8) is None
    (pair,) = agreements({"a": np.arange(5, dtype=np.float32), "b": -np.arange(5, dtype=np.float32)}, None)
    assert pair.correlation == pytest.approx(-1)


def test_cells_of_a_volume_cover_it():
    owners = owners_of(volume_toys.INPUT, 3)
    assert owners.shape == volume_toys.SHAPE
    assert np.unique(owners).tolist() == list(range(27))
    assert owners[0, 0, 0] == 0
    assert owners[-1, -1, -1] == 26


@pytest.mark.parametrize("seed", range(4))
def test_localisation_follows_the_papers(seed):
    """Mass, rank and pointing game as written in the papers; ties are the mean over random orders."""
    rng = np.random.default_rng(seed)
    values, mask = rng.normal(size=(6, 7)), np.zeros((6, 7), bool)
    mask[1:4, 2:5] = True
    found = localised(values, mask, "region")
    assert found == {
        "region_mass": pytest.approx(slow.mass(values, mask)),
        "region_rank": pytest.approx(slow.rank(values, mask, rng)),
        "region_hit": slow.hit(values, mask, rng),
        "region_area": pytest.approx(9 / 42),
    }
    tied = values.round().clip(-1, 1)
    found = localised(tied, mask, "box")
    assert found["box_rank"] == pytest.approx(
        np.mean([slow.rank(tied, mask, rng) for _ in range(800)]), abs=0.03
    )
    assert found["box_hit"] == pytest.approx(
        np.mean([slow.hit(tied, mask, rng) for _ in range(800)]), abs=0.06
    )


def test_a_map_of_nothing_reaches_what_chance_does():
    mask = np.arange(10) < 3
    assert localised(np.zeros(10), mask, "region") == pytest.approx(
        {"region_rank": 0.3, "region_hit": 0.3, "region_area": 0.3}
    )
    assert "region_mass" not in localised(-np.arange(10.0), mask, "region")
    assert localised(np.ones(10), np.zeros(10, bool), "region") == {}
    assert localised(np.ones(10), np.ones(10, bool), "region") == {}


def test_items_on_which_methods_disagree_come_first(tmp_path):
    evidence, _ = run(tmp_path, plan=toys.plan(gallery=100))
    records = sorted((entry.item for entry in evidence.gallery.entries), key=lambda record: record.index)
    wanted = {2: (-0.9, 0.1), 3: (-0.4, -0.4), 5: (0.2, 0.4), 6: (0.9, 0.8), 7: (-0.4, -0.4)}
    records = [
        record.model_copy(
            update={
                "agreement": tuple(
                    ItemAgreement(first="a", second=other, correlation=value)
                    for other, value in zip("bc", wanted.get(record.index, ()), strict=False)
                )
            }
        )
        for record in records
    ]

    def torn(size):
        shown = gallery(records, toys.plan(gallery=size)).entries
        assert len({entry.item.index for entry in shown}) == len(shown) == min(size, 10)
        count = sum(entry.rule == "methods disagree" for entry in shown)
        assert all(entry.rule == "methods disagree" for entry in shown[:count])
        return [entry.item.index for entry in shown[:count]]

    assert torn(3) == []
    assert torn(4) == [2]  # a mean of -0.4 like items 3 and 7, and the earlier of them
    assert torn(8) == [2, 3]
    assert torn(100) == [2, 3, 7, 5]  # item 6 agrees, the others have no two methods
