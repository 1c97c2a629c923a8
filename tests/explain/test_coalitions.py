"""Methods that replace parts: against every coalition counted out, and against the packages of their authors."""

import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.common.errors import Refused
from auditor.explain.coalitions.game import Game, PartsSettings
from auditor.explain.coalitions.players import cut_into_parts
from auditor.explain.coalitions.shapley import Kernel, Permutations, every_coalition, exact, moment_matrix
from auditor.explain.methods.base import Question
from auditor.explain.methods.catalog import method
from auditor.explain.methods.lime import local_fit, neighbours
from tests.explain import toys
from tests.reference import attribution as slow

GRID = {"cut": "grid", "count": 9}
TARGETS = torch.tensor([1, 0])


def question(channels: int = 1, background: int = 0) -> Question:
    torch.manual_seed(4)
    inputs = torch.rand(2, channels, 32, 32)
    return Question(
        inputs, TARGETS, (11, 12), torch.rand(background, channels, 32, 32) if background else None
    )


def game(rng: np.random.Generator, players: int):
    """A game of which the players' values depend on each other, and its exact Shapley values."""
    own, pairs = rng.normal(size=players), rng.normal(size=(players, players))

    def value(coalition: np.ndarray) -> float:
        there = coalition.astype(float)
        return float(np.tanh(there @ own) + there @ pairs @ there / players)

    return value, slow.shapley(value, players)


def answer(sampler, value, pairs: int) -> tuple[np.ndarray, np.ndarray]:
    sampler.learn(np.array([value(row) for row in sampler.propose(pairs)]))
    return sampler.estimate()


@settings(deadline=None, max_examples=20)
@given(players=st.integers(1, 7), seed=st.integers(0, 2**32 - 1))
def test_every_coalition_gives_the_exact_values(players, seed):
    value, expected = game(np.random.default_rng(seed), players)
    nobody, everybody = value(np.zeros(players, bool)), value(np.ones(players, bool))
    asked = every_coalition(players)
    assert len(asked) == 2**players - 2
    found = exact(asked, np.array([value(row) for row in asked]) - nobody, everybody - nobody)
    assert np.allclose(found, expected, atol=1e-9)


@pytest.mark.parametrize("sampler", [Permutations, Kernel])
def test_sampled_values_are_within_their_standard_errors(sampler):
    players = 10
    value, expected = game(np.random.default_rng(3), players)
    ends = value(np.zeros(players, bool)), value(np.ones(players, bool))
    runs = [
        answer(sampler(players, *ends, np.random.default_rng(seed)), value, 60 if sampler is Kernel else 12)
        for seed in range(60)
    ]
    values, errors = (np.stack(found) for found in zip(*runs, strict=True))
    assert np.allclose(values.sum(axis=1), ends[1] - ends[0])
    assert (np.abs(values.mean(axis=0) - expected) <= 4 * values.std(axis=0) / np.sqrt(60) + 0.01).all()
    ratio = errors.mean(axis=0) / values.std(axis=0, ddof=1)
    assert 0.75 < np.median(ratio) < 1.3
    assert (np.abs(values - expected) <= 3 * errors).mean() > 0.97


def test_the_kernels_moments_are_those_of_its_coalitions():
    players = 6
    sampler = Kernel(players, 0.0, 1.0, np.random.default_rng(0))
    there = sampler.propose(20_000).astype(float)
    assert np.abs(there.T @ there / len(there) - moment_matrix(players)).max() < 0.01


@pytest.mark.parametrize("missing", ["neutral", "baseline", "background"])
@pytest.mark.parametrize("name", ["shapley_sampling", "kernel_shap"])
def test_values_of_an_images_parts_agree_with_enumeration(name, missing):
    model, asked = toys.convolutional(channels=3), question(3, background=3)
    settings_ = GRID | {"missing": missing} | ({"baseline": 0.25} if missing == "baseline" else {})
    if name == "shapley_sampling":
        settings_ |= {"permutations": 400, "tolerance": 0.0}
    found = method(name, settings_).attribute(model, asked, 32)
    stand_in = {"baseline": torch.full((1, 3, 32, 32), 0.25), "background": asked.background, "neutral": None}
    expected = torch.stack(
        [
            slow.shapley_of_grid(model, image, int(target), 3, stand_in[missing])
            for image, target in zip(asked.inputs, TARGETS, strict=True)
        ]
    )
    if name == "kernel_shap":  # 2 ** 9 coalitions fit in its samples, so that it is exact
        assert float(found.errors.max()) == 0
        assert (found.maps - expected).abs().max() <= 1e-4 * expected.abs().max()
    else:
        assert ((found.maps - expected).abs() <= 3.5 * found.errors + 1e-9).all()
        assert float(found.errors.max()) < 0.1 * float(expected.abs().max())


def test_kernel_shap_agrees_with_the_shap_package():
    from shap import KernelExplainer

    players, model, asked = 9, toys.convolutional(), question()
    made = Game(PartsSettings(**GRID, missing="baseline", baseline=0.0), model, asked, 64)

    def value(rows: np.ndarray) -> np.ndarray:
        nothing = torch.zeros(0, players, dtype=torch.bool)
        return made.values([torch.from_numpy(rows > 0.5), nothing])[0].numpy()

    explainer = KernelExplainer(value, np.zeros((1, players)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        own = explainer.shap_values(np.ones((1, players)), nsamples=2**players, silent=True, l1_reg=False)[0]
    found = method("kernel_shap", GRID | {"missing": "baseline", "baseline": 0.0}).attribute(model, asked, 64)
    values = torch.tensor([found.maps[0][made.players[0].owner[0] == part].sum() for part in range(players)])
    assert np.abs(values.numpy() - own).max() <= 1e-4 * np.abs(own).max()


def test_sampling_stops_when_the_errors_are_small_enough():
    model, asked = toys.convolutional(), question()
    calls: list[int] = []
    logits = model.logits
    model.logits = lambda inputs: calls.append(len(inputs)) or logits(inputs)
    passes = {}
    for name, tolerance in (("shapley_sampling", 0.5), ("shapley_sampling", 0.0)):
        calls.clear()
        method(name, GRID | {"tolerance": tolerance}).attribute(model, asked, 32)
        passes[tolerance] = sum(calls)
    assert passes[0.0] == 2 * (2 + 64 * 8)
    assert passes[0.5] < passes[0.0] / 2


@pytest.mark.parametrize("name", ["shapley_sampling", "kernel_shap", "lime", "gradient_shap", "deep_shap"])
def test_an_item_is_answered_alike_whoever_is_asked_beside_it(name):
    model, asked = toys.convolutional(), question(background=4)
    small = {"samples": 64} if name in ("kernel_shap", "lime", "gradient_shap") else {}
    made = method(name, small)
    both = made.attribute(model, asked, 32)
    alone = made.attribute(
        model, Question(asked.inputs[1:], asked.targets[1:], asked.seeds[1:], asked.background), 7
    )
    scale = both.maps[1].abs().max()
    assert (alone.maps[0] - both.maps[1]).abs().max() <= 1e-4 * scale


def test_lime_agrees_with_the_lime_package_on_the_same_samples():
    from lime.lime_base import LimeBase

    players, rng = 12, np.random.default_rng(5)
    value, _ = game(rng, players)
    asked = neighbours(players, 300, seed=7)
    scores = np.array([value(row) for row in asked])
    weights, fit = local_fit(asked, scores, kernel_width=0.25, ridge=1.0)
    there = asked.astype(float)
    distances = 1 - there.sum(axis=1) / np.sqrt(there.sum(axis=1) * players)
    base = LimeBase(lambda d: np.sqrt(np.exp(-(d**2) / 0.25**2)), random_state=0)
    _, own, r2, _ = base.explain_instance_with_data(
        there, scores[:, None], distances, 0, num_features=players, feature_selection="none"
    )
    assert np.allclose(weights, [weight for _, weight in sorted(own)], rtol=1e-6, atol=1e-9)
    assert fit == pytest.approx(r2)


def test_limes_fit_is_one_for_a_linear_score_and_nothing_for_a_constant_one():
    asked = neighbours(6, 400, seed=1)
    weights, fit = local_fit(asked, asked @ np.arange(6.0), kernel_width=0.25, ridge=0.0)
    assert fit == pytest.approx(1)
    assert np.allclose(weights, np.arange(6))
    assert local_fit(asked, np.ones(400), kernel_width=0.25, ridge=1.0) == (pytest.approx(np.zeros(6)), 0.0)


def test_lime_stores_its_fit():
    model = toys.threshold(slice(0, 16), slice(0, 16), 0.5)
    found = method("lime", GRID | {"samples": 128}).attribute(model, question(), 32)
    assert found.fit.shape == (2,)
    assert ((found.fit >= 0) & (found.fit <= 1)).all()


@pytest.mark.parametrize("cut", ["superpixels", "grid"])
@pytest.mark.parametrize("shape", [(1, 32, 32), (3, 32, 40), (1, 12, 16, 16)])
def test_parts_cover_every_place_once(cut, shape):
    axes = [torch.linspace(0, 3, side) for side in shape[1:]]
    smooth = torch.stack(torch.meshgrid(*axes, indexing="ij")).sin().prod(dim=0)
    image = torch.stack([smooth * (channel + 1) / 3 for channel in range(shape[0])]).clamp(0, 1)
    players = cut_into_parts(image, cut, 16)
    assert players.owner.shape == (1, *shape[1:])
    assert sorted(players.owner.unique().tolist()) == list(range(len(players)))
    assert 4 <= len(players) <= 40
    values = torch.rand(len(players))
    assert float(players.spread(values).sum()) == pytest.approx(float(values.sum()), rel=1e-4)
    means = players.neutral(image)
    for part in range(len(players)):
        inside = players.owner[0] == part
        assert torch.allclose(means[:, inside], image[:, inside].mean(dim=1, keepdim=True), atol=1e-5)


def test_settings_that_do_not_fit_are_refused():
    with pytest.raises(Refused, match="missing is 'baseline' where, and only where, a baseline is given"):
        method("lime", {"missing": "baseline"})
    with pytest.raises(Refused, match="cannot be cut into 1500 parts"):
        method("lime", {"count": 1500}).attribute(toys.convolutional(), question(), 8)
    for name in ("deep_shap", "gradient_shap"):
        with pytest.raises(Refused, match="compares with background items, and none were given"):
            method(name).attribute(toys.convolutional(), question(), 8)
    with pytest.raises(Refused, match="compares with background items"):
        method("kernel_shap", {"missing": "background"}).attribute(toys.convolutional(), question(), 8)
