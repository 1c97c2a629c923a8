"""Parts of an image or volume are filled in from their surroundings, as smoothly as their edges allow."""

import torch
from torch import Tensor
from torch.nn import functional

_SWEEPS = 30


def filled(item: Tensor, holes: Tensor) -> Tensor:
    """Return an item (channels, *places) with each set of holes filled in, (sets, channels, *places).

    `holes` are booleans (sets, *places); each leaves some place uncovered. A filled place is about the mean of
    its neighbours (Laplace's equation), solved from coarse to fine, each scale starting from the one before it.

    References
    ----------
    F. A. Bornemann, P. Deuflhard: The Cascadic Multigrid Method for Elliptic Problems. Numerische Mathematik 75, 1996.
    C.-H. Chang, E. Creager, A. Goldenberg, D. Duvenaud: Explaining Image Classifiers by Counterfactual Generation.
    ICLR 2019.
    """
    with torch.inference_mode():
        return _solved(item.expand(len(holes), *item.shape), ~holes[:, None])


def _solved(values: Tensor, known: Tensor) -> Tensor:
    if bool(known.all()):
        return values
    weight = _halved(known.to(values.dtype))
    coarse = _halved(values * known) / weight.clamp_min(torch.finfo(values.dtype).tiny)
    guess = functional.interpolate(
        _solved(coarse, weight > 0), values.shape[2:], mode="bilinear" if values.ndim == 4 else "trilinear"
    )
    return _relaxed(torch.where(known, values, guess), known)


def _halved(values: Tensor) -> Tensor:
    """Return means of blocks two wide, one wide along sides of one place; at odd ends, of what there is."""
    pool = functional.avg_pool2d if values.ndim == 4 else functional.avg_pool3d
    sides = [min(2, side) for side in values.shape[2:]]
    return pool(values, sides, ceil_mode=True, count_include_pad=False)


def _relaxed(values: Tensor, known: Tensor) -> Tensor:
    """Return values after sweeps in which every unknown place becomes the mean of its neighbours (Jacobi)."""
    axes, total = range(2, values.ndim), torch.empty_like(values)
    for _ in range(_SWEEPS):
        total.zero_()
        for axis in axes:
            inner = values.shape[axis] - 1
            total.narrow(axis, 1, inner).add_(values.narrow(axis, 0, inner))
            total.narrow(axis, 0, inner).add_(values.narrow(axis, 1, inner))
            for end in (0, inner):  # a border continues as it ends
                total.narrow(axis, end, 1).add_(values.narrow(axis, end, 1))
        values = torch.where(known, values, total / (2 * len(axes)))
    return values
