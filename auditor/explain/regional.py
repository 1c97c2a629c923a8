"""Importance of the cells of images over a whole set, and how probabilities follow the brightness of one."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.explain.bootstrap import Bootstrap, Floats
from auditor.explain.globals.documents import Curve, Feature, GlobalSettings, SetImportance
from auditor.explain.globals.images import brightness, concept_dependence, region_importance_of_images
from auditor.explain.modalities.base import cells
from auditor.explain.plan import Plan
from auditor.explain.spec import ImageInput, ModelSpec

_COARSEST = 4  # cells a side: SAGE asks about each


def regional_importance(
    predict: Callable[[NDArray[Any]], Floats],
    images: NDArray[np.float32],
    labels: NDArray[np.int64],
    spec: ModelSpec,
    plan: Plan,
    settings: GlobalSettings,
    bootstrap: Bootstrap,
) -> tuple[SetImportance, tuple[Curve, ...]]:
    """Return permutation importance and SAGE of the cells of a coarse grid, and curves of the most important ones.

    `images` are (items, channels, height, width) in [0, 1]; a curve follows the mean brightness of one cell.
    """
    given = spec.input
    if not isinstance(given, ImageInput):
        raise ValueError("regions of images need images")
    side = min(plan.grid, _COARSEST)
    masks = {}
    for place, where in cells((given.height, given.width), (side, side)).items():
        covered = np.zeros((given.height, given.width), dtype=np.bool_)
        covered[where] = True
        masks[f"row {place[0] + 1}, column {place[1] + 1} of {side} x {side}"] = covered
    importance = region_importance_of_images(
        predict, images, labels, np.stack(list(masks.values())), list(masks), settings, bootstrap
    )
    strongest = sorted(importance.columns, key=lambda one: -(one.permutation.value or 0.0))[: settings.curves]
    return importance, tuple(
        curve
        for one in strongest
        for curve in _curves(predict, images, masks[one.name], one.name, spec, settings, bootstrap)
    )


def _curves(
    predict: Callable[[NDArray[Any]], Floats],
    images: NDArray[np.float32],
    mask: NDArray[np.bool_],
    name: str,
    spec: ModelSpec,
    settings: GlobalSettings,
    bootstrap: Bootstrap,
) -> tuple[Curve, ...]:
    feature = Feature(name=name, title=f"Brightness of {name}", unit="grey level, 0 to 1")
    grid = np.unique(np.quantile(brightness(images, mask), np.linspace(0, 1, settings.grid)))
    return concept_dependence(predict, images, mask, grid, feature, spec.output.classes, settings, bootstrap)
