"""Our methods beside their peers on one small network: the same work in one run, one thread, the best of some."""

import time
import warnings
from collections.abc import Callable, Iterator
from functools import partial

import captum.attr
import numpy as np
import torch
from shap import KernelExplainer

from auditor.explain import architectures
from auditor.explain.coalitions.game import Game, PartsSettings
from auditor.explain.determinism import deterministic
from auditor.explain.methods.base import Question
from auditor.explain.methods.catalog import method
from auditor.explain.model import AuditedModel
from auditor.explain.spec import ImageInput, ModelSpec, OutputSpec
from tests.reference.zennit_peer import zennit_without_torchvision

ITEMS, SIDE, BATCH, REPEATS = 8, 64, 32, 3
PARTS = {"cut": "grid", "count": 36, "missing": "baseline", "baseline": 0.0}
Call = Callable[[], object]


def network() -> AuditedModel:
    """Return a SmallConvNet with weights drawn by a seed."""
    torch.manual_seed(0)
    options = {"in_channels": 1, "width": 8, "depth": 3}
    spec = ModelSpec(
        schema="retrace-model/1",
        name="benchmark",
        version="1",
        architecture="retrace.SmallConvNet",
        config=options,
        input=ImageInput(channels=1, height=SIDE, width=SIDE, mean=(0.5,), std=(0.25,)),
        output=OutputSpec(classes=("clear", "finding")),
    )
    return AuditedModel(architectures.build("retrace.SmallConvNet", options), spec)


def question() -> Question:
    """Return the items that every method is asked about."""
    draw = torch.Generator().manual_seed(1)
    inputs = torch.rand(ITEMS, 1, SIDE, SIDE, generator=draw)
    return Question(inputs, torch.arange(ITEMS) % 2, tuple(range(ITEMS)))


def lrp(model: AuditedModel, asked: Question) -> tuple[Call, Call]:
    """Return LRP with epsilon rules, ours and zennit's."""
    with zennit_without_torchvision() as zennit:
        composite = zennit.composites.LayerMapComposite(
            layer_map=[
                *zennit.composites.layer_map_base(),
                (zennit.types.Linear, zennit.rules.Epsilon(1e-6)),
            ],
            canonizers=[zennit.canonizers.SequentialMergeBatchNorm()],
        )
    start = torch.nn.functional.one_hot(asked.targets, 2).float()

    def theirs() -> None:
        inputs = model.scorer.normalised(asked.inputs).detach().requires_grad_()
        with composite.context(model.network) as modified:
            output = modified(inputs)
            torch.autograd.grad(output, inputs, start * output.detach())

    rules = dict.fromkeys(("first", "convolution", "dense"), "epsilon")
    return partial(method("lrp", rules).attribute, model, asked, BATCH), theirs


def occlusion(model: AuditedModel, asked: Question) -> tuple[Call, Call]:
    """Return occlusion by windows of 16, ours and Captum's, with as many inputs a pass."""
    ours = partial(method("occlusion", {"window": 16, "stride": 8}).attribute, model, asked, BATCH)
    theirs = partial(
        captum.attr.Occlusion(model.logits).attribute,
        asked.inputs,
        (1, 16, 16),
        (1, 8, 8),
        baselines=0.0,
        target=asked.targets,
        perturbations_per_eval=BATCH // ITEMS,
    )
    return ours, theirs


def shapley_sampling(model: AuditedModel, asked: Question) -> tuple[Call, Call]:
    """Return Shapley sampling by 16 permutations of 36 parts, ours and Captum's."""
    settings = PARTS | {"permutations": 16, "tolerance": 0.0}
    ours = partial(method("shapley_sampling", settings).attribute, model, asked, BATCH)
    theirs = partial(
        captum.attr.ShapleyValueSampling(model.logits).attribute,
        asked.inputs,
        baselines=0.0,
        target=asked.targets,
        feature_mask=_game(model, asked).players[0].owner,
        n_samples=16,
        perturbations_per_eval=BATCH // ITEMS,
    )
    return ours, theirs


def kernel_shap(model: AuditedModel, asked: Question) -> tuple[Call, Call]:
    """Return KernelSHAP by 512 coalitions of 36 parts, ours and that of the shap package."""
    settings = PARTS | {"samples": 512, "tolerance": 0.0}
    games = [_game(model, asked[item : item + 1]) for item in range(ITEMS)]

    def theirs() -> None:
        for game in games:
            players = len(game.players[0])
            explainer = KernelExplainer(partial(_values, game), np.zeros((1, players)))
            explainer.shap_values(np.ones((1, players)), nsamples=512, silent=True, l1_reg=False)

    return partial(method("kernel_shap", settings).attribute, model, asked, BATCH), theirs


def one_by_one(name: str, model: AuditedModel, asked: Question) -> tuple[Call, Call]:
    """Return a method in batches and with a single input a pass."""
    made = method(name)
    return partial(made.attribute, model, asked, BATCH), partial(made.attribute, model, asked, 1)


def _game(model: AuditedModel, asked: Question) -> Game:
    return Game(PartsSettings.model_validate(PARTS), model, asked, BATCH)


def _values(game: Game, rows: np.ndarray) -> np.ndarray:
    return game.values([torch.from_numpy(rows > 0.5)])[0].numpy()


def pairs() -> Iterator[tuple[str, Call, Call]]:
    """Yield the name of each comparison, our call and the other."""
    model, asked = network(), question()
    yield "LRP, zennit", *lrp(model, asked)
    yield "Occlusion, Captum", *occlusion(model, asked)
    yield "Shapley value sampling, Captum", *shapley_sampling(model, asked)
    yield "KernelSHAP, shap", *kernel_shap(model, asked)
    for name in ("occlusion", "integrated_gradients", "smooth_grad"):
        yield f"{name} in batches of {BATCH}, one by one", *one_by_one(name, model, asked)


def seconds(ours: Call, theirs: Call) -> tuple[float, float]:
    """Return the shortest time of each call, taken in turns after one of each to warm up."""
    best = [float("inf")] * 2
    for repeat in range(REPEATS + 1):
        for place, call in enumerate((ours, theirs)):
            began = time.perf_counter()
            call()
            if repeat:
                best[place] = min(best[place], time.perf_counter() - began)
    return best[0], best[1]


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(f"{ITEMS} images of {SIDE} x {SIDE}, one thread; a ratio above 1 says that ours is faster.\n")
    print(f"{'ours, other':<52}{'ours s':>10}{'other s':>10}{'ratio':>8}")
    with deterministic(0):
        for title, mine, other in pairs():
            own, peer = seconds(mine, other)
            print(f"{title:<52}{own:>10.3f}{peer:>10.3f}{peer / own:>8.2f}")
