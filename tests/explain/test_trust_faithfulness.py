"""Faithfulness against the papers' own loops and Captum, on models whose right answer is known."""

from collections.abc import Callable
from typing import Any, NamedTuple

import captum.metrics
import numpy as np
import pytest
import torch
from torch import Tensor, nn

from auditor.explain import packing
from auditor.explain.memory import Room
from auditor.explain.model import AuditedModel
from auditor.explain.runner import explain_shard, shards
from auditor.explain.spec import ImageInput, NumberColumn, TableInput
from auditor.explain.trust import judge
from auditor.explain.trust.curves import order, taken
from auditor.explain.trust.documents import RANDOM
from auditor.explain.trust.faithfulness import Tested as Mapped
from auditor.explain.trust.faithfulness import faithfulness
from auditor.explain.trust.gaps import important
from auditor.explain.trust.removal import Removal, blurred
from auditor.explain.trust.settings import TrustPlan
from auditor.explain.trust.subsets import Subsets, infidelity, sensitivity_n
from tests.explain import graph_toys, row_toys, toys, volume_toys
from tests.reference import trust as slow

TRUST = TrustPlan(steps=5, orders=2, subsets=6, sizes=(0.2, 0.5))
PLAN = toys.plan(trust=TRUST, grid=3)


class One(NamedTuple):
    """An item, its model, the map that is tested, and the item without some places, by other means than ours."""

    model: AuditedModel
    given: Tensor
    values: np.ndarray
    without: Callable[[set], Tensor]
    background: Tensor | None = None

    @property
    def tested(self) -> Mapped:
        return Mapped(self.given, 1, 11, {"own": self.values})


def coarse(shape, seed=3):
    """A random map of few different values, so that many places tie."""
    return np.random.default_rng(seed).integers(-2, 3, shape).astype(np.float32)


def gridded(model, given) -> One:
    smooth, places = blurred(given), given[0].numel()

    def without(gone):
        covered = torch.tensor([place in gone for place in range(places)]).reshape(given.shape[1:])
        return torch.where(covered, smooth, given)

    return One(model, given, coarse(given.shape[1:]), without)


def image() -> One:
    return gridded(toys.convolutional(12), torch.rand(1, 12, 12, generator=torch.Generator().manual_seed(1)))


class Solid(nn.Module):
    """A random network of a volume's mean over slabs."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(6)
        self.body = nn.Sequential(nn.AdaptiveAvgPool3d(4), nn.Flatten(), nn.Linear(64, 6), nn.Tanh())
        self.head = nn.Linear(6, 2)

    def forward(self, volumes: Tensor) -> Tensor:
        return 3 * self.head(self.body(20 * volumes))


def volume() -> One:
    model = AuditedModel(Solid(), toys.spec(input=volume_toys.INPUT))
    return gridded(model, torch.rand(1, *volume_toys.SHAPE, generator=torch.Generator().manual_seed(1)))


def table() -> One:
    rows = row_toys.tensor(row_toys.drawn(9, 4))
    given, owners = rows[0], row_toys.TABLE.owners

    def without(gone):
        reference = torch.tensor(row_toys.TABLE.reference)
        return torch.where(torch.tensor([owner in gone for owner in owners]), reference, given)

    return One(row_toys.mixed(2), given, coarse(5), without, rows[1:])


def graph() -> One:
    question = graph_toys.question()
    given = question.inputs[0]

    def without(gone):
        return packing.without(given, torch.tensor([node in gone for node in range(len(given))]))

    return One(graph_toys.model(), given, coarse(7), without)


KINDS = [image, volume, table, graph]


def measured(one: One) -> dict[str, Any]:
    return faithfulness(one.model, [one.tested], PLAN, one.background, Room(7))[0]


def probability(one: One, given: Tensor) -> float:
    return float(one.model.logits(given[None]).double().softmax(dim=1)[0, 1])


def score(one: One, given: Tensor) -> float:
    return float(one.model.logits(given[None])[0, 1])


def subsets(one: One) -> Subsets:
    return Subsets.drawn(Removal.of(one.model, one.given), PLAN.grid, TRUST, 11)


@pytest.mark.parametrize("kind", KINDS)
def test_curves_are_those_of_the_paper(kind):
    one = kind()
    found = measured(one)["own"]
    values = one.values.ravel().tolist()
    deletion, insertion = slow.curves(lambda x: probability(one, x), one.without, values, 5, 11)
    assert found.deletion == pytest.approx(deletion, abs=1e-6)
    assert found.insertion == pytest.approx(insertion, abs=1e-6)
    assert found.values["deletion"] == pytest.approx(slow.trapezoids(deletion), abs=1e-6)
    assert found.values["insertion"] == pytest.approx(slow.trapezoids(insertion), abs=1e-6)
    assert np.ptp(deletion) > 1e-3


@pytest.mark.parametrize("kind", KINDS)
def test_infidelity_and_sensitivity_are_those_of_the_papers(kind):
    one, sets = kind(), subsets(kind())
    owned = [set(np.flatnonzero(chosen[sets.cells])) for chosen in sets.chosen]
    sizes = sets.chosen.sum(axis=1)
    assert len(owned) == len(np.unique(sizes)) * TRUST.subsets
    values = one.values.ravel().tolist()
    found = measured(one)["own"].values
    wanted = slow.infidelity(lambda x: score(one, x), one.without, values, owned)
    assert found["infidelity"] == pytest.approx(wanted, rel=1e-4)
    by_size = [
        [chosen for chosen, own in zip(owned, sizes, strict=True) if own == size] for size in np.unique(sizes)
    ]
    wanted = slow.sensitivity_n(lambda x: score(one, x), one.without, values, by_size)
    assert found["sensitivity_n"] == pytest.approx(wanted, rel=1e-4)


def test_infidelity_is_captums_over_the_mean_squared_change():
    """Captum's normalised infidelity is mean((scale * sum - change)^2), with the mask as the perturbation."""
    one, sets = image(), subsets(image())
    masks = torch.from_numpy(sets.chosen[:, sets.cells]).reshape(-1, 1, 12, 12)
    removed = Removal.of(one.model, one.given).without(masks.flatten(1))
    theirs = captum.metrics.infidelity(
        one.model.logits,
        lambda _inputs: (masks.float(), removed),
        one.given[None],
        torch.from_numpy(one.values)[None, None],
        target=1,
        n_perturb_samples=len(masks),
        max_examples_per_batch=len(masks),
        normalize=True,
    )
    changes = (one.model.logits(one.given[None]) - one.model.logits(removed))[:, 1].double()
    wanted = float(theirs) / float(changes.square().mean())
    assert measured(one)["own"].values["infidelity"] == pytest.approx(wanted, rel=1e-4)


def test_gaps_are_those_of_openxai():
    one = table()
    found = measured(one)["own"].values
    rng = np.random.default_rng([11, 0x6A9])
    rows = one.background[rng.permutation(8)[:6].tolist()].tolist()
    chosen = set(np.flatnonzero(important(one.values.astype(float), 11)))
    assert len(chosen) == 2
    assert min(abs(one.values[list(chosen)])) >= max(abs(np.delete(one.values, list(chosen))))
    wanted = slow.gaps(
        lambda row: probability(one, torch.tensor(row)),
        one.given.tolist(),
        row_toys.TABLE.owners,
        rows,
        chosen,
    )
    assert [found["gap_important"], found["gap_unimportant"]] == pytest.approx(wanted, abs=1e-6)
    assert min(wanted) > 1e-3


class Linear(nn.Module):
    """A score that is a weighted sum of the pixels."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.randn(size, size, generator=torch.Generator().manual_seed(5)) / 10)

    def forward(self, images: Tensor) -> Tensor:
        found = (images[:, 0] * self.weights).sum(dim=(1, 2))
        return torch.stack((-found, found), dim=1)


def test_the_exact_map_of_a_linear_model_foretells_every_change():
    plain = ImageInput(channels=1, height=12, width=12, mean=(0.0,), std=(1.0,))
    model = AuditedModel(Linear(12), toys.spec(12, input=plain))
    given = torch.rand(1, 12, 12, generator=torch.Generator().manual_seed(2))
    exact = (model.network.weights * (given - blurred(given))[0]).numpy()
    maps = {"exact": exact, "double": 2 * exact, "negative": -exact, "nothing": 0 * exact}
    found = faithfulness(model, [Mapped(given, 1, 3, maps)], PLAN, None, Room(16))[0]
    for name in ("exact", "double"):
        assert found[name].values["infidelity"] == pytest.approx(0, abs=1e-6)
        assert found[name].values["sensitivity_n"] == pytest.approx(1, abs=1e-4)
    assert found["negative"].values["infidelity"] == pytest.approx(0, abs=1e-6)
    assert found["negative"].values["sensitivity_n"] == pytest.approx(-1, abs=1e-4)
    assert found["nothing"].values["infidelity"] == 1
    assert "sensitivity_n" not in found["nothing"].values
    assert found[RANDOM].values["infidelity"] > 0.2


def test_a_true_map_beats_random_maps_and_its_negative_loses():
    where = (slice(8, 16), slice(16, 24))
    model = toys.threshold(*where, 0.5)
    truth = np.zeros((32, 32), np.float32)
    truth[where] = 1
    seen = []
    for seed in range(4):
        given = 0.4 * torch.rand(1, 32, 32, generator=torch.Generator().manual_seed(seed))
        given[0, 8:16, 16:24] += 0.6
        maps = {"true": truth, "negative": -truth}
        found = faithfulness(model, [Mapped(given, 1, seed, maps)], PLAN, None, Room(64))[0]
        assert found["true"].values["gain"] > 0.2
        assert found["negative"].values["gain"] < -0.2
        assert found["true"].values["sensitivity_n"] > 0.5 > -0.5 > found["negative"].values["sensitivity_n"]
        true, random = found["true"].values, found[RANDOM].values
        half = true["insertion"] - random["insertion"] + random["deletion"] - true["deletion"]
        assert true["gain"] == pytest.approx(half / 2)
        seen.append(random["deletion"])
    assert len(set(seen)) == 4


def test_random_maps_are_smooth_over_cells_and_differ_by_item():
    removal = Removal.of(toys.convolutional(32), torch.rand(1, 32, 32))
    first = removal.noise(4, np.random.default_rng(0)).reshape(32, 32)
    second = removal.noise(4, np.random.default_rng(1)).reshape(32, 32)
    assert np.abs(np.diff(first, axis=0)).max() < np.ptp(first) / 4
    assert np.abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.9
    assert len(np.unique(removal.cells(4))) == 16


def test_what_stands_in_has_no_small_parts_and_the_same_level():
    given = torch.full((1, 32, 32), 0.5)
    assert torch.allclose(blurred(given), given)
    given[0, 10:13, 10:13] = 1.0
    assert float((blurred(given) - 0.5).abs().max()) < 0.1


@pytest.mark.parametrize("places", [1, 2, 3, 7, 144])
def test_steps_are_equal_and_end_with_everything(places):
    counts = taken(places, 12)
    assert counts[0] == 0
    assert counts[-1] == places
    assert np.ptp(np.diff(counts)) <= 1


def test_ties_are_broken_by_the_seed_alone():
    values = np.array([0.0, 1.0, 0.0, 0.0, 2.0, 0.0] * 8)
    assert order(values, 1).tolist() == order(values, 1).tolist() != order(values, 2).tolist()
    assert set(np.argsort(order(values, 1))[:8]) == set(np.flatnonzero(values == 2))


def test_undefined_numbers_are_absent():
    ones, sizes = np.ones(4), np.array([1, 1, 2, 2])
    assert infidelity(ones, 0 * ones) is None
    assert sensitivity_n(ones, np.arange(4.0), sizes) is None
    assert sensitivity_n(np.arange(4.0), ones, sizes) is None


@pytest.mark.parametrize("kind", KINDS)
def test_neither_the_batch_nor_its_company_matters(kind):
    one = kind()
    other = Mapped(one.given.clone(), 0, 12, {"own": one.values, "more": -one.values})
    alone = faithfulness(one.model, [one.tested], PLAN, one.background, Room(64))[0]
    both = faithfulness(one.model, [other, one.tested], PLAN, one.background, Room(3))
    again = faithfulness(one.model, [other, one.tested], PLAN, one.background, Room(3))
    assert both == again
    for name, found in alone.items():
        assert both[1][name].values == pytest.approx(found.values, abs=1e-4)
        assert both[1][name].deletion == pytest.approx(found.deletion, abs=1e-5)
    assert both[0][RANDOM].deletion != pytest.approx(both[1][RANDOM].deletion, abs=1e-3)


def test_an_item_of_which_nothing_can_be_taken_away_is_not_tested():
    spec = graph_toys.given(about="node")
    lonely = graph_toys.packed([graph_toys.random_graph(1, 1, focus=0)], spec)[0]
    model = graph_toys.model(spec, readout="focus")
    maps = {"own": np.ones(1, np.float32)}
    assert faithfulness(model, [Mapped(lonely, 1, 3, maps)], PLAN, None, Room(4)) == [{}]


def test_a_table_of_one_column_has_curves_and_no_gaps():
    given = TableInput(kind="table", columns=(NumberColumn(name="x", mean=0.0, std=1.0),))
    model = AuditedModel(row_toys.Rule(lambda rows: rows[:, 0]), toys.spec(input=given))
    one = Mapped(torch.tensor([2.0]), 1, 3, {"own": np.ones(1, np.float32)})
    values = faithfulness(model, [one], PLAN, torch.tensor([[0.5], [1.0]]), Room(4))[0]["own"].values
    assert set(values) == {"deletion", "insertion", "gain"}
    assert values["gain"] == 0


class Fragile(toys.Threshold):
    """Answers NaN to an image whose first pixel is not black."""

    def forward(self, images: Tensor) -> Tensor:
        return super().forward(images) + torch.where(images[:, :, 0, 0] > 0, torch.nan, 0.0)


def test_scores_that_are_no_numbers_are_told_and_leave_the_item_untested(tmp_path):
    model = toys.threshold(slice(0, 8), slice(0, 8), 0.5)
    model.network.__class__ = Fragile

    def drawn_image(_index, _label, rng):
        pixels = rng.integers(0, 256, (32, 32)).astype(np.uint8)
        pixels[0, 0] = 0
        return pixels

    items, store, _ = toys.validation_set(tmp_path, 2, drawn_image, given=model.spec)
    small = {"window": 8, "stride": 8, "baseline": 0.0}
    plan = toys.plan(methods=({"name": "occlusion", "parameters": small},), trust=TRUST)
    result = explain_shard(model, items, plan, 0, store.put)
    assert {one.item for one in result.incidents if "faithfulness" in one.what} == {"item-0", "item-1"}
    assert all(RANDOM not in record.trust for record in result.items)


def run(root, plan) -> dict[int, Any]:
    model = toys.convolutional(16)
    items, store, _ = toys.validation_set(root, 8, toys.noise(16), given=model.spec)
    found = [
        record
        for index in range(len(shards(plan, len(items))))
        for record in explain_shard(model, items, plan, index, store.put).items
    ]
    return {record.index: record.trust for record in found}


def test_shards_do_not_matter(tmp_path):
    planned = {
        "methods": ({"name": "integrated_gradients", "parameters": {"steps": 8}}, {"name": "grad_cam"}),
        "trust": TRUST.model_copy(update={"items": 5, "sanity_items": 0, "stability_items": 0}),
    }
    one = run(tmp_path / "a", toys.plan(**planned))
    other = run(tmp_path / "b", toys.plan(**planned, shard_size=3, batch_size=2))
    wanted = set(judge.drawn(toys.plan(**planned), 8).tested)
    assert len(wanted) == 5
    for index, trust in one.items():
        assert (RANDOM in trust) == (index in wanted)
        for name, found in trust.items():
            assert found.deletion == pytest.approx(other[index][name].deletion, abs=1e-5)
            assert found.insertion == pytest.approx(other[index][name].insertion, abs=1e-5)


def test_the_same_items_are_drawn_whatever_the_methods_and_the_first_also_get_the_rest():
    trust = TrustPlan(items=30, sanity_items=5, stability_items=40, share=0.25)
    found = judge.drawn(toys.plan(trust=trust), 100)
    assert len(set(found.tested)) == 30
    assert found.sanity == found.tested[:5]
    assert found.stability == found.tested[:25]
    assert judge.drawn(toys.plan(trust=trust, methods=({"name": "lime"},)), 100) == found
    assert judge.drawn(toys.plan(trust=trust, seed=4), 100) != found
    assert judge.drawn(toys.plan(trust=trust), 3).sanity == judge.drawn(toys.plan(trust=trust), 3).tested[:1]
    assert judge.drawn(toys.plan(trust=TrustPlan(items=0)), 100).stability == ()
