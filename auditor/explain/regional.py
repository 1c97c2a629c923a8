"""Importance of the cells of images over a whole set, and how probabilities follow the brightness of one."""

import numpy as np

from auditor.common.said import say
from auditor.explain.asked import Asked
from auditor.explain.globals.documents import Curve, Feature, GlobalSettings, Importance, SetImportance
from auditor.explain.globals.images import (
    Images,
    Masks,
    brightness,
    concept_dependence,
    region_importance_of_images,
)
from auditor.explain.modalities import image
from auditor.explain.seeds import drawn
from auditor.explain.spec import ImageInput

_COARSEST = 4  # cells a side: SAGE asks about each


def regional_importance(
    asked: Asked, given: ImageInput, settings: GlobalSettings
) -> tuple[SetImportance, tuple[Curve, ...]]:
    """Return permutation importance and SAGE of the cells of a coarse grid, and curves of the most important ones.

    At most `settings.rows` images are asked about; a curve follows the mean brightness of one cell.
    """
    chosen = drawn(len(asked.indices), settings.rows, asked.plan.seed)
    images = asked.given([asked.indices[place] for place in chosen]).cpu().numpy()
    masks = _masks(given, min(asked.plan.grid, _COARSEST))
    importance = region_importance_of_images(
        asked.predict,
        images,
        asked.labels[chosen],
        np.stack(list(masks.values())),
        list(masks),
        settings,
        asked.bootstrap,
    )
    strongest = sorted(importance.columns, key=lambda one: -(one.permutation.value or 0.0))[: settings.curves]
    return importance, tuple(
        curve for one in strongest for curve in _curves(asked, images, one, masks[one.name], settings)
    )


def _masks(given: ImageInput, side: int) -> dict[str, Masks]:
    """Return the pixels (height, width) of each cell of a grid of `side` x `side`, by the cell's name."""
    grid = image.Images(given, side)
    return {
        say(
            "row %(row)s, column %(column)s of %(side)s x %(side)s", row=row + 1, column=column + 1, side=side
        ): grid.covered((row, column))
        for row, column in np.ndindex(side, side)
    }


def _curves(
    asked: Asked, images: Images, one: Importance, mask: Masks, settings: GlobalSettings
) -> tuple[Curve, ...]:
    feature = Feature(
        name=one.name, title=say("Brightness of %(region)s", region=one.title), unit=say("grey level, 0 to 1")
    )
    grid = np.unique(np.quantile(brightness(images, mask), np.linspace(0, 1, settings.grid)))
    return concept_dependence(
        asked.predict, images, mask, grid, feature, asked.model.classes, settings, asked.bootstrap
    )
