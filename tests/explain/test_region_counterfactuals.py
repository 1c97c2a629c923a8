"""Counterfactuals of images and volumes: networks that read a known place, and every subset of a small grid."""

import numpy as np
import pytest
import torch
from torch import Tensor

from auditor.common.errors import Refused
from auditor.explain.coalitions.players import cut_into_parts
from auditor.explain.counterfactuals.documents import RegionRecord
from auditor.explain.counterfactuals.infill import filled
from auditor.explain.counterfactuals.regions import looks, looks_of, region_counterfactual
from auditor.explain.counterfactuals.settings import RegionSettings
from auditor.explain.evidence import ArrayRef
from auditor.explain.model import AuditedModel
from auditor.explain.spec import VolumeInput
from tests.explain import toys
from tests.explain.row_toys import rule
from tests.explain.test_modalities import Solid
from tests.reference import counterfactuals as slow

GRID = RegionSettings(cut="grid", parts=16)
ROWS, COLUMNS = slice(8, 16), slice(8, 24)  # two cells of the grid


def pictures(count: int = 40, seed: int = 0) -> Tensor:
    """Return dark pictures with a slope; every second has a bright patch of its own over the two cells."""
    draw = torch.Generator().manual_seed(seed)
    slopes, levels = (torch.rand(count, 1, 1, 1, generator=draw) for _ in range(2))
    found = 0.1 + 0.2 * slopes * torch.linspace(0, 1, 32).expand(count, 1, 32, 32)
    found[::2, :, ROWS, COLUMNS] = 0.7 + 0.3 * levels[::2]
    return found


@pytest.mark.parametrize("batch", [7, 64])
def test_the_regions_that_a_network_reads_are_the_ones_to_fill(batch):
    both = toys.threshold(ROWS, COLUMNS, level=0.35)
    found = region_counterfactual(both, pictures()[0], pictures(), GRID, 0, batch)
    (one,) = found.record.alternatives
    assert one.regions == (5, 6)
    assert one.area == 2 / 16
    assert (found.record.predicted, one.predicted) == toys.CLASSES[::-1]
    assert one.nearness <= found.record.bound
    assert found.record.exhaustive is False  # all sets of six do not fit the budget
    assert found.record.searched_to >= 2
    assert (found.filled[0][0, ROWS, COLUMNS] < 0.35).all()
    untouched = np.ones((32, 32), bool)
    untouched[ROWS, COLUMNS] = False
    assert (found.filled[0][0] == pictures()[0, 0].numpy())[untouched].all()


def test_either_of_two_regions_is_an_alternative_of_its_own():
    either = toys.threshold(ROWS, COLUMNS, level=0.7)
    others = pictures()
    others[::4, :, ROWS, 8:16] = 0.2  # half a patch occurs, too
    picture = pictures()[0].clone()
    picture[:, ROWS, COLUMNS] = 0.75
    found = region_counterfactual(either, picture, others, GRID, 0, 64)
    assert [one.regions for one in found.record.alternatives] == [(5,), (6,)]
    assert region_counterfactual(either, picture, pictures(), GRID, 0, 64).record.alternatives[0].regions == (
        5,
        6,
    )


def test_superpixels_are_filled_where_the_patch_is():
    asked = RegionSettings(parts=30)
    found = region_counterfactual(
        toys.threshold(ROWS, COLUMNS, level=0.35), pictures()[0], pictures(), asked, 0, 64
    )
    hole = np.isin(found.parts, found.record.alternatives[0].regions)
    inside = hole[ROWS, COLUMNS].sum()
    assert inside > 0.5 * (ROWS.stop - ROWS.start) * (COLUMNS.stop - COLUMNS.start)
    assert inside > 0.5 * hole.sum()


@pytest.mark.parametrize("seed", range(3))
def test_the_smallest_set_of_a_small_grid_is_that_of_all_its_subsets(seed):
    model = toys.convolutional(size=12, seed=seed)
    draw = torch.Generator().manual_seed(seed)
    coarse = torch.rand(24, 1, 6, 6, generator=draw)
    items = torch.nn.functional.interpolate(coarse, (12, 12), mode="bilinear")
    logits = model.logits(items).diff(dim=1)[:, 0]
    model.network.head.bias.data[1] -= logits.median()  # so that single items are near the border
    order = logits.sub(logits.median()).abs().argsort()
    asked = RegionSettings(cut="grid", parts=9, most_regions=8, most_area=0.7, quantile=1.0, count=4)
    for item in items[order[[1, 8]]]:
        owner = cut_into_parts(item, "grid", 9).owner[0]
        near = looks_of(items, asked, 0)
        plausible = [
            one
            for *one, pixels in slow.subsets_that_flip(model, item, owner, filled, asked.most_area)
            if near.nearness(looks(pixels), looks(item[None])[0]) <= near.bound
        ]
        found = region_counterfactual(model, item, items, asked, 0, 32).record
        assert found.exhaustive
        own = [(len(one.regions), one.area, one.regions) for one in found.alternatives]
        minimal: list = []
        for one in plausible:
            if not any(set(other[2]) <= set(one[2]) for other in minimal):
                minimal.append(one)
        assert own == [tuple(one) for one in minimal[:4]]


def test_nothing_is_filled_that_looks_like_no_other_item_or_is_too_large():
    model = toys.threshold(slice(8, 24), slice(8, 24), level=0.3)
    noise = torch.rand(40, 1, 32, 32, generator=torch.Generator().manual_seed(1)) / 2
    noise[::2, :, 8:24, 8:24] += 0.4
    found = region_counterfactual(model, noise[0], noise, GRID, 0, 64).record
    assert found.alternatives == ()
    assert found.altering > 0
    assert "none of these is plausible" in found.refused
    large = region_counterfactual(
        toys.threshold(slice(0, 32), slice(0, 32), level=0.01), pictures()[0], pictures(), GRID, 0, 64
    ).record
    assert large.refused.endswith(
        "sets of up to 6 regions and 25% of all places were tried, which are not all; "
        "the outcome stays the same in all of them."
    )
    few = region_counterfactual(model, noise[0], noise[:4], GRID, 0, 64).record
    assert "needs more than 5 of them, and there are 4" in few.refused


def test_a_volumes_regions_are_filled_and_its_record_is_kept():
    torch.manual_seed(0)
    spec = VolumeInput(kind="volume", depth=8, height=12, width=12)
    model = AuditedModel(Solid(), toys.spec(input=spec))
    volumes = torch.nn.functional.interpolate(torch.rand(20, 1, 3, 4, 4), (8, 12, 12), mode="trilinear")
    scores = model.logits(volumes).diff(dim=1)[:, 0]
    model.network.head.bias.data[1] -= scores.median()
    item = volumes[scores.sub(scores.median()).abs().argsort()[0]]
    asked = RegionSettings(cut="grid", parts=27, quantile=1.0)
    found = region_counterfactual(model, item, looks_of(volumes, asked, 0), asked, 0, 8)
    assert found.record.alternatives
    kept: list[np.ndarray] = []
    record = found.kept(
        lambda values: kept.append(values) or ArrayRef(sha256="0" * 64, shape=values.shape, dtype="float32")
    )
    assert RegionRecord.parse(record.to_bytes(), name="record") == record
    assert record.parts.shape == (8, 12, 12)
    for one, pixels in zip(record.alternatives, found.filled, strict=True):
        assert one.filled.shape == (1, 8, 12, 12)
        after = model.probabilities(torch.from_numpy(pixels)[None])[0]
        assert model.classes[int(after.argmax())] == one.predicted != record.predicted
        hole = np.isin(found.parts, one.regions)
        assert one.area == pytest.approx(hole.mean())
        assert (pixels[0] == item[0].numpy())[~hole].all()


@pytest.mark.parametrize("shape", [(32, 32), (31, 45), (9, 12, 14)])
def test_a_hole_becomes_the_solution_of_laplaces_equation(shape):
    rng = np.random.default_rng(3)
    smooth = np.cumsum(np.cumsum(rng.normal(size=shape), axis=0), axis=1)
    item = torch.from_numpy((smooth - smooth.min()) / np.ptp(smooth)).float()[None]
    holes = np.zeros((3, *shape), bool)
    holes[0, 3:9, 4:10] = True
    holes[1, : shape[0] // 2, : shape[1] // 2] = True
    holes[2] = rng.random(shape) > 0.5
    found = filled(item, torch.from_numpy(holes))
    assert found.shape == (3, 1, *shape)
    for one, hole in zip(found, holes, strict=True):
        expected = slow.harmonic(item[0].numpy(), hole)
        off = np.abs(one[0].numpy() - expected)
        assert off.max() < 0.03
        assert off[hole].mean() < 0.015
        assert (one[0].numpy() == item[0].numpy())[~hole].all()
    alone = filled(item, torch.from_numpy(holes[:1]))
    assert torch.equal(alone[0], found[0])


def test_a_table_has_no_regions_and_a_picture_no_more_parts_than_places():
    with pytest.raises(Refused, match="this model's input is of the kind table"):
        region_counterfactual(
            rule(lambda rows: rows[:, 0]), torch.zeros(2), torch.zeros(9, 2), RegionSettings(), 0, 4
        )
    with pytest.raises(Refused, match="cannot be cut into 1500 parts"):
        region_counterfactual(
            toys.convolutional(), pictures()[0], pictures(), RegionSettings(parts=1500), 0, 4
        )
