"""Importances of the regions of images, and how probabilities follow the brightness of one region."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.bootstrap import Bootstrap, Floats
from auditor.explain.globals.curves import Adjust, Labels, Rows, dependence_curves, effect_curves
from auditor.explain.globals.documents import Curve, Feature, GlobalSettings, SetImportance
from auditor.explain.globals.whole import set_importance

Images = NDArray[np.float32]  # (items, channels, height, width) in [0, 1]
PredictImages = Callable[[Images], Floats]
Masks = NDArray[np.bool_]


def region_importance_of_images(
    predict: PredictImages,
    images: Images,
    labels: Labels,
    cells: Masks,
    names: Sequence[str],
    settings: GlobalSettings,
    bootstrap: Bootstrap,
) -> SetImportance:
    """Return permutation importance and SAGE of regions: `cells` (regions, height, width) cover each pixel once.

    A region that is shuffled or not known is that of another image, its pixels and channels together. The model is
    asked for a few million pixels at a time, about items * regions * repeats + orders * (regions + 1) * background
    images in all. Raises Refused where regions overlap or leave pixels out.
    """
    if not (cells.sum(axis=0) == 1).all():
        raise Refused(
            say("Regions of images must cover each pixel exactly once for their importances to add up.")
        )
    shape = images.shape[1:]
    owners = np.broadcast_to(cells.argmax(axis=0), shape).ravel()
    features = [Feature(name=name, title=name, unit="") for name in names]

    def flat(rows: Rows) -> Floats:
        return predict(rows.reshape(len(rows), *shape))

    rows = images.reshape(len(images), -1)
    return set_importance(flat, rows, labels, features, owners, settings, bootstrap)


def brightness(images: NDArray[Any], region: Masks) -> Floats:
    """Return the mean brightness (items,) of a region (height, width) over pixels and channels."""
    return np.asarray(images[:, :, region].mean(axis=(1, 2), dtype=np.float64))


def brightened(region: Masks) -> Adjust:
    """Return what shifts a region so that its mean takes each image's value, clipped to [0, 1].

    Where pixels are clipped, the mean stays short of the value.
    """

    def adjust(images: Rows, values: Floats) -> Rows:
        shift = (values - brightness(images, region)).astype(images.dtype)
        changed = images.copy()
        changed[:, :, region] = np.clip(images[:, :, region] + shift[:, None, None], 0, 1)
        return changed

    return adjust


def concept_dependence(
    predict: PredictImages,
    images: Images,
    region_mask: Masks,
    grid: Floats,
    feature: Feature,
    classes: Sequence[str],
    settings: GlobalSettings,
    bootstrap: Bootstrap,
) -> tuple[Curve, ...]:
    """Return partial dependence at `grid` and local effects of a region's mean brightness, named by `feature`.

    Raises Refused where the region is empty.
    """
    if not region_mask.any():
        raise Refused(
            say("The region of %(feature)s is empty, so it has no brightness.", feature=repr(feature.name))
        )
    adjust, values = brightened(region_mask), brightness(images, region_mask)
    return (
        *dependence_curves(predict, images, adjust, grid, feature, classes, bootstrap),
        *effect_curves(predict, images, values, adjust, settings.bins, feature, classes, bootstrap),
    )
