"""Graded changes: as slow references and libraries do them, nothing at a dose of 0, more at higher doses."""

import io

import numpy as np
import pytest
from PIL import Image

from auditor.common.errors import Refused
from auditor.explain.choosing import check_methods
from auditor.explain.plan import MethodPlan
from auditor.explain.plans import NAMES, plan_of
from auditor.explain.robustness.catalog import CHANGES, kinds
from auditor.explain.robustness.changes import changes_of, generator
from auditor.explain.robustness.changes.intensity import smooth_field
from auditor.explain.robustness.settings import ChangePlan
from auditor.explain.spec import CategoryColumn, ImageInput, NumberColumn, TableInput
from tests.explain import graph_toys, row_toys, toys, volume_toys
from tests.reference import changes as slow

IMAGE = ImageInput(channels=1, height=24, width=30, mean=(0.0,), std=(1.0,))
COLOUR = IMAGE.model_copy(update={"channels": 3})
SPECS = {"image": IMAGE, "volume": volume_toys.INPUT, "table": row_toys.TABLE, "graph": graph_toys.given()}
EVERY = [(modality, kind.name) for modality, found in CHANGES.items() for kind in found]


def item(modality: str) -> np.ndarray:
    if modality == "table":
        return row_toys.tensor(row_toys.drawn(1, 3))[0].numpy()
    if modality == "graph":
        return graph_toys.packed([graph_toys.random_graph(3)])[0].numpy()
    shape = SPECS[modality].shape
    ramp = np.mean(np.meshgrid(*(np.linspace(0, 1, side) for side in shape[1:]), indexing="ij"), axis=0)
    speckle = np.random.default_rng(0).uniform(size=shape)
    return (0.15 + 0.6 * ramp + 0.1 * speckle).astype(np.float32)


def draw(seed: int = 0) -> np.random.Generator:
    return generator(7, seed, "noise")


def changed(
    modality: str, name: str, dose: float, seed: int = 0, given: np.ndarray | None = None
) -> np.ndarray:
    start = item(modality) if given is None else given
    kept = start.copy()
    found = changes_of(SPECS[modality])[name](start, dose, draw(seed))
    assert np.array_equal(start, kept, equal_nan=True)  # nothing is changed in place
    return found


@pytest.mark.parametrize(("modality", "name"), EVERY)
def test_a_dose_of_nothing_changes_nothing(modality, name):
    assert np.allclose(changed(modality, name, 0.0), item(modality), atol=1e-6, equal_nan=True)


@pytest.mark.parametrize(("modality", "name"), EVERY)
def test_more_changes_more_and_the_same_draw_gives_the_same(modality, name):
    kind, far = kinds(modality)[name], []
    before = np.nan_to_num(item(modality), nan=-5)
    for seed in range(12):
        found = [changed(modality, name, dose, seed) for dose in kind.doses]
        again = changed(modality, name, kind.doses[-1], seed)
        assert np.array_equal(found[-1], again, equal_nan=True)
        assert all(one.dtype == np.float32 and one.shape == before.shape for one in found)
        far.append([np.abs(np.nan_to_num(one, nan=-5) - before).mean() for one in found])
    steps = np.diff(np.mean(far, axis=0))
    assert (steps >= 0).all()
    assert np.mean(far, axis=0)[-1] > np.mean(far, axis=0)[0]
    if name in ("noise", "error", "offset", "features", "contrast", "bias_field", "edges"):
        assert (np.diff(far, axis=1) >= -1e-6).all()  # for every item by itself


@pytest.mark.parametrize("modality", ["image", "volume"])
def test_pictures_stay_within_what_a_model_is_given(modality):
    for kind in CHANGES[modality]:
        found = changed(modality, kind.name, kind.doses[-1])
        assert found.min() >= 0
        assert found.max() <= 1


def test_blur_is_a_gaussian_of_a_share_of_each_side():
    given = item("image")
    assert np.allclose(
        changed("image", "blur", 5)[0], slow.blurred(given[0], 0.05 * 24, 0.05 * 30), atol=1e-5
    )


def test_blur_of_a_volume_leaves_no_axis_out():
    given = np.zeros(volume_toys.INPUT.shape, dtype=np.float32)
    given[0, 4, 6, 8] = 1
    found = changed("volume", "blur", 10, given=given)[0]
    peak = np.zeros((1, 41))
    peak[0, 20] = 1
    along = [slow.blurred(peak, 1, 0.1 * side)[0] for side in (8, 12, 16)]
    for offset in np.ndindex(3, 3, 3):
        wanted = np.prod([line[20 + step] for line, step in zip(along, offset, strict=True)])
        assert found[4 + offset[0], 6 + offset[1], 8 + offset[2]] == pytest.approx(wanted, abs=1e-5)


def test_rotation_is_by_the_angle_to_either_side():
    given, sides = item("image"), set()
    for seed in range(6):
        found = changed("image", "rotation", 12, seed)[0]
        fits = [side for side in (-1, 1) if np.allclose(found, slow.rotated(given[0], side * 12), atol=1e-4)]
        assert len(fits) == 1
        sides.add(fits[0])
    assert sides == {-1, 1}


def test_a_shift_is_a_share_of_each_side_in_a_drawn_direction():
    given, directions = item("image"), []
    for seed in range(4):
        direction = draw(seed).standard_normal(2)
        direction /= np.linalg.norm(direction)
        down, right = 0.1 * direction * (24, 30)
        assert np.allclose(
            changed("image", "shift", 10, seed)[0], slow.shifted(given[0], down, right), atol=1e-4
        )
        directions.append(direction)
    assert len({tuple(one) for one in directions}) == 4


@pytest.mark.parametrize(("spec", "dose"), [(IMAGE, 10), (COLOUR, 70)])
def test_compression_is_what_pillow_makes_of_the_picture(spec, dose):
    given = np.random.default_rng(1).uniform(size=spec.shape).astype(np.float32)
    levels = np.round(given * 255).astype(np.uint8)
    pixels = levels[0] if spec.channels == 1 else levels.transpose(1, 2, 0)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=100 - dose, subsampling=0)
    wanted = np.atleast_3d(np.asarray(Image.open(stream))).transpose(2, 0, 1) / 255
    found = changes_of(spec)["compression"](given, dose, draw())
    assert np.allclose(found, wanted, atol=1e-6)
    assert not np.array_equal(found, given)


def test_noise_has_the_deviation_of_its_dose_and_contrast_keeps_the_mean():
    grey = np.full((1, 200, 200), 0.5, dtype=np.float32)
    assert 255 * changed("image", "noise", 6, given=grey).std() == pytest.approx(6, rel=0.02)
    assert 100 * changed("volume", "noise", 6, given=grey[None]).std() == pytest.approx(6, rel=0.02)
    less = changed("image", "contrast", 35)
    assert less.mean() == pytest.approx(item("image").mean(), abs=1e-6)
    assert less.std() == pytest.approx(0.65 * item("image").std(), rel=1e-4)


def test_curves_are_powers_to_either_side():
    given = item("image").astype(np.float64)
    powers = set()
    for seed in range(8):
        found = changed("image", "curve", 50, seed)
        fits = [power for power in (1.5, 1 / 1.5) if np.allclose(found, given**power, atol=1e-6)]
        powers.update(fits)
        assert len(fits) == 1
    assert len(powers) == 2


def test_a_bias_field_is_smooth_and_within_its_dose():
    grey = np.full((1, 40, 50), 0.5, dtype=np.float32)
    ratio = changed("image", "bias_field", 30, given=grey)[0] / 0.5 - 1
    assert np.abs(ratio).max() == pytest.approx(0.3, abs=1e-5)
    assert ratio.mean() == pytest.approx(0, abs=1e-6)
    field = smooth_field((12, 14), np.random.default_rng(2))
    y, x = np.meshgrid(np.linspace(-1, 1, 12), np.linspace(-1, 1, 14), indexing="ij")
    terms = np.stack([(y**i * x**j).ravel() for i in range(4) for j in range(4 - i)], axis=1)
    _, left, rank, _ = np.linalg.lstsq(terms, field.ravel(), rcond=None)
    assert rank == 10
    assert left[0] < 1e-20
    assert np.abs(smooth_field((4, 5, 6), np.random.default_rng(3))).max() == 1


def rows_changed(name: str, dose: float, count: int = 400) -> tuple[np.ndarray, np.ndarray]:
    before = row_toys.tensor(row_toys.drawn(count, 5)).numpy()
    apply = changes_of(row_toys.TABLE)[name]
    return before, np.stack([apply(row, dose, draw(seed)) for seed, row in enumerate(before)])


def test_measurement_errors_are_in_deviations_of_the_column_and_leave_categories():
    before, after = rows_changed("error", 25)
    moved = after - before
    assert np.nanstd(moved[:, 0]) == pytest.approx(2.5, rel=0.1)  # age, std 10
    assert np.nanstd(moved[:, 4]) == pytest.approx(1.0, rel=0.1)  # crp, std 4
    assert np.array_equal(after[:, [1, 2, 3, 6]], before[:, [1, 2, 3, 6]])
    assert np.array_equal(np.isnan(after), np.isnan(before))


def test_a_shifted_distribution_moves_every_row_alike():
    before, after = rows_changed("offset", 25)
    known = ~np.isnan(before[:, 4])
    assert np.allclose((after - before)[:, 0], 2.5, atol=1e-4)
    assert np.allclose((after - before)[known, 4], 1.0, atol=1e-4)


def test_missing_values_are_what_the_model_is_given_for_them():
    before, after = rows_changed("missing", 25)
    lost = np.isnan(after[:, 5])
    assert lost.mean() == pytest.approx(0.25, abs=0.06)  # dose reads NaN
    assert (after[:, 0] == 50).mean() == pytest.approx(0.25, abs=0.06)  # age has a reference
    none = ~after[:, 1:4].any(axis=1)
    assert none.sum() > (~before[:, 1:4].any(axis=1)).sum()
    strict = TableInput(
        kind="table",
        columns=(NumberColumn(name="a", missing="refused"), NumberColumn(name="b", reference=9.0)),
    )
    found = changes_of(strict)["missing"](np.array([1, 2], dtype=np.float32), 100, draw())
    assert found.tolist() == [1, 9]


def test_wrong_categories_are_others_and_evenly_drawn():
    before, after = rows_changed("category", 50, 3000)
    for part in (slice(1, 4), slice(6, 7)):
        kept = (before[:, part] == after[:, part]).all(axis=1)
        named = before[:, part].any(axis=1) if part.stop == 4 else np.ones(len(before), bool)
        assert (~kept[named]).mean() == pytest.approx(0.5, abs=0.04)
        assert kept[~named].all()
    wards = before[:, 1:4].argmax(axis=1), after[:, 1:4].argmax(axis=1)
    wrong = (wards[0] == 0) & (wards[1] != 0) & before[:, 1:4].any(axis=1)
    assert (wards[1][wrong] == 1).mean() == pytest.approx(0.5, abs=0.08)
    assert set(after[:, 6].tolist()) == {0.0, 1.0}
    assert np.array_equal(before[:, [0, 5]], after[:, [0, 5]])


def test_tables_lack_the_changes_of_columns_that_they_do_not_have():
    words = TableInput(kind="table", columns=(CategoryColumn(kind="category", name="w", values=("a", "b")),))
    assert set(changes_of(words)) == {"missing", "category"}
    strict = TableInput(kind="table", columns=(NumberColumn(name="a", missing="refused"),))
    assert set(changes_of(strict)) == {"error", "offset"}


def test_graphs_lose_edges_both_ways_and_nodes_keep_to_their_features():
    given = item("graph")
    side, columns = len(given), graph_toys.given().columns
    lost = [changed("graph", "edges", 40, seed) for seed in range(60)]
    for one in lost:
        assert np.array_equal(one[:, -side:], one[:, -side:].T)
        assert np.array_equal(one[:, :-side], given[:, :-side])
        assert ((one[:, -side:] == given[:, -side:]) | (one[:, -side:] == 0)).all()
    left = np.mean([(one[:, -side:] != 0).sum() for one in lost]) / (given[:, -side:] != 0).sum()
    assert left == pytest.approx(0.6, abs=0.05)
    noisy = np.stack([changed("graph", "features", 50, seed) for seed in range(60)])
    moved = (noisy - given)[:, :7, columns]
    assert np.allclose(moved.std(axis=(0, 1)), [1.0, 0.25, 0.5], rtol=0.1)
    assert np.array_equal(noisy[:, 7:], np.broadcast_to(given[7:], noisy[:, 7:].shape))


@pytest.mark.parametrize("modality", CHANGES)
def test_the_plans_of_the_product_hold_documented_changes(modality):
    known = kinds(modality)
    for name in NAMES:
        for change in plan_of(name, modality).robustness.changes:
            assert set(change.doses) <= set(known[change.name].doses)
            assert change.doses[change.harmless - 1] == known[change.name].doses[1]
    assert set(known) == set(changes_of(SPECS[modality]))


def test_a_change_that_is_not_graded_or_has_no_harmless_level_is_refused():
    with pytest.raises(ValueError, match="do not rise"):
        ChangePlan(name="noise", doses=(2, 2))
    with pytest.raises(ValueError, match="level 3 is none of them"):
        ChangePlan(name="noise", doses=(1, 2), harmless=3)
    plan = toys.plan(methods=(MethodPlan(name="saliency"),), robustness={"methods": ["lrp"]})
    with pytest.raises(Refused, match="compares maps of lrp under changes"):
        check_methods(plan)
