"""The three attribution methods again, slowly, one image at a time, as their papers write them."""

from collections.abc import Callable
from itertools import combinations
from math import factorial

import numpy as np
import torch
from torch import Tensor, nn

from auditor.explain.model import AuditedModel


def grad_cam(model: AuditedModel, layer: nn.Module, image: Tensor, target: int) -> Tensor:
    """Selvaraju et al. 2017, equations 1 and 2, with one backward pass through the whole network."""
    kept: list[Tensor] = []
    handle = layer.register_forward_hook(lambda _m, _i, output: kept.append(output))
    logits = model.logits(image[None].clone().requires_grad_())
    handle.remove()
    gradient = torch.autograd.grad(logits[0, target], kept[0])[0][0]
    activation = kept[0][0].detach()
    total = torch.zeros(activation.shape[1:])
    for k in range(activation.shape[0]):
        total += gradient[k].mean() * activation[k]
    size = image.shape[1:]
    return nn.functional.interpolate(total.clamp(min=0)[None, None], size, mode="bilinear")[0, 0]


def integrated_gradients(
    model: AuditedModel, image: Tensor, target: int, steps: int, baseline: float
) -> Tensor:
    """Sundararajan et al. 2017, equation 1, with the nodes and weights of Gauss and Legendre."""
    nodes, weights = np.polynomial.legendre.leggauss(steps)
    start, total = torch.full_like(image, baseline), torch.zeros_like(image, dtype=torch.float64)
    for node, weight in zip(nodes, weights, strict=True):
        point = (start + (1 + node) / 2 * (image - start)).float().requires_grad_()
        total += weight / 2 * torch.autograd.grad(model.logits(point[None])[0, target], point)[0].double()
    return ((image - start) * total).sum(dim=0).float()


def occlusion(
    model: AuditedModel, image: Tensor, target: int, window: int, stride: int, baseline: float
) -> Tensor:
    """Zeiler and Fergus 2014: cover, ask, uncover; a pixel gets the mean over the windows on it."""
    height, width = image.shape[1:]
    whole = model.logits(image[None])[0, target].item()
    total, count = np.zeros((height, width)), np.zeros((height, width))
    top = 0
    while True:
        left = 0
        while True:
            covered = image.clone()
            covered[:, top : top + window, left : left + window] = baseline
            fall = whole - model.logits(covered[None])[0, target].item()
            total[top : top + window, left : left + window] += fall
            count[top : top + window, left : left + window] += 1
            if left + window >= width:
                break
            left += stride
        if top + window >= height:
            break
        top += stride
    return torch.from_numpy(total / count).float()


def grad_cam_plus_plus(model: AuditedModel, layer: nn.Module, image: Tensor, target: int) -> Tensor:
    """Chattopadhay et al. 2018, equations 5 and 19, place by place."""
    kept: list[Tensor] = []
    handle = layer.register_forward_hook(lambda _m, _i, output: kept.append(output))
    logits = model.logits(image[None].clone().requires_grad_())
    handle.remove()
    gradient = torch.autograd.grad(logits[0, target], kept[0])[0][0]
    activation = kept[0][0].detach()
    total = torch.zeros(activation.shape[1:])
    for k in range(activation.shape[0]):
        weight = torch.tensor(0.0)
        for g in gradient[k].flatten():
            below = 2 * g**2 + activation[k].sum() * g**3
            weight += (g**2 / below if below != 0 else 0.0) * max(g, 0)
        total += weight * activation[k]
    size = image.shape[1:]
    return nn.functional.interpolate(total.clamp(min=0)[None, None], size, mode="bilinear")[0, 0]


def smooth_grad(
    model: AuditedModel, image: Tensor, target: int, samples: int, noise: float, form: str, seed: int
) -> Tensor:
    """Smilkov et al. 2017, one noisy copy after the other, all gradients kept."""
    gradients = []
    for sample in range(samples):
        draw = np.random.default_rng([seed, sample]).standard_normal(image.shape, dtype=np.float32)
        draw = torch.from_numpy(draw)
        point = (image + noise * (image.max() - image.min()) * draw).requires_grad_()
        gradients.append(torch.autograd.grad(model.logits(point[None])[0, target], point)[0].double())
    kept = torch.stack(gradients)
    if form == "square":
        return (kept**2).mean(dim=0).sum(dim=0).float()
    if form == "variance":
        return kept.var(dim=0, unbiased=False).sum(dim=0).float()
    return kept.mean(dim=0).sum(dim=0).float()


def shapley(value: Callable[[np.ndarray], float], players: int) -> np.ndarray:
    """Shapley 1953: every player's gain over every coalition of the others, weighted."""
    result = np.zeros(players)
    for player in range(players):
        others = [other for other in range(players) if other != player]
        for size in range(players):
            weight = factorial(size) * factorial(players - size - 1) / factorial(players)
            for chosen in combinations(others, size):
                coalition = np.zeros(players, bool)
                coalition[list(chosen)] = True
                without = value(coalition)
                coalition[player] = True
                result[player] += weight * (value(coalition) - without)
    return result


def shapley_of_grid(
    model: AuditedModel, image: Tensor, target: int, side: int, stand_ins: Tensor | None
) -> Tensor:
    """Exact values of side x side cells, spread over their pixels; without stand-ins a cell becomes its mean."""
    _, height, width = image.shape
    cells = []
    for row in range(side):
        for column in range(side):
            cell = torch.zeros(height, width, dtype=torch.bool)
            for y in range(height):
                for x in range(width):
                    cell[y, x] = y * side // height == row and x * side // width == column
            cells.append(cell)
    if stand_ins is None:
        stand_ins = torch.zeros_like(image)[None]
        for cell in cells:
            stand_ins[0][:, cell] = image[:, cell].mean(dim=1, keepdim=True)
    known: dict[bytes, float] = {}

    def value(coalition: np.ndarray) -> float:
        key = coalition.tobytes()
        if key not in known:
            kept = torch.zeros(height, width, dtype=torch.bool)
            for cell, there in zip(cells, coalition, strict=True):
                kept |= cell & bool(there)
            with torch.no_grad():
                known[key] = float(
                    model.logits(torch.where(kept, image, stand_ins))[:, target].double().mean()
                )
        return known[key]

    result = torch.zeros(height, width)
    for cell, gain in zip(cells, shapley(value, len(cells)), strict=True):
        result[cell] = float(gain) / int(cell.sum())
    return result
