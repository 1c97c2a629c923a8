"""Features of a volume that a person can name, computed without the model."""

import numpy as np
from numpy.typing import NDArray

from auditor.common.said import Figure, say
from auditor.explain.decode import Mask
from auditor.explain.evidence import Feature
from auditor.explain.globals.bright import largest_part, spots

Solid = NDArray[np.float64]

_LEVEL, _SHARE, _SLOPE = say("level, 0 to 1"), say("share of the volume"), say("level per voxel")
_BRIGHT = 0.75
_HALVES = {  # depth grows from the feet up, height from the front back, width from the person's right to the left
    "lower": (0, 0, say("Mean level of the lower half, towards the feet")),
    "upper": (0, 1, say("Mean level of the upper half, towards the head")),
    "front": (1, 0, say("Mean level of the front half")),
    "back": (1, 1, say("Mean level of the back half")),
    "right": (2, 0, say("Mean level of the person's right half")),
    "left": (2, 1, say("Mean level of the person's left half")),
}
_REGIONS = {
    "inside": (
        say("Mean level inside the relevant region"),
        say("Contrast inside the relevant region"),
        say("Strongest small bright spot inside the relevant region"),
    ),
    "outside": (
        say("Mean level outside the relevant region"),
        say("Contrast outside the relevant region"),
        say("Strongest small bright spot outside the relevant region"),
    ),
}

SOLID_FEATURES: tuple[Feature, ...] = (
    Feature(name="level", title=say("Mean level of the volume"), unit=_LEVEL),
    Feature(name="contrast", title=say("Contrast of the volume (standard deviation)"), unit=_LEVEL),
    *(Feature(name=f"{key}_half", title=title, unit=_LEVEL) for key, (_, _, title) in _HALVES.items()),
    Feature(name="asymmetry", title=say("Mean level of the right half less that of the left"), unit=_LEVEL),
    Feature(
        name="bright_share", title=say("Share of voxels above %(level)s", level=Figure(_BRIGHT)), unit=_SHARE
    ),
    Feature(name="bright_body", title=say("Size of the largest body of bright voxels"), unit=_SHARE),
    Feature(name="edges", title=say("Edges (mean slope of the level)"), unit=_SLOPE),
    Feature(name="spot", title=say("Strongest small bright spot against its surroundings"), unit=_LEVEL),
    *(
        feature
        for side, (level, contrast, spot) in _REGIONS.items()
        for feature in (
            Feature(name=f"{side}_level", title=level, unit=_LEVEL),
            Feature(name=f"{side}_contrast", title=contrast, unit=_LEVEL),
            Feature(name=f"{side}_spot", title=spot, unit=_LEVEL),
        )
    ),
    Feature(name="region_size", title=say("Size of the relevant region"), unit=_SHARE),
)


def solid_features(voxels: NDArray[np.float32], mask: Mask | None) -> dict[str, float]:
    """Return the features of one volume (depth, height, width) in [0, 1] by name.

    Those of the relevant region are absent where there is no mask.
    """
    solid: Solid = voxels.astype(np.float64)
    spotted, bright = spots(solid), solid > _BRIGHT
    values = _halves(solid)
    values |= {
        "level": float(solid.mean()),
        "contrast": float(solid.std()),
        "asymmetry": values["right_half"] - values["left_half"],
        "bright_share": float(bright.mean()),
        "bright_body": largest_part(bright),
        "edges": float(np.sqrt(sum(slope**2 for slope in np.gradient(solid))).mean()),
        "spot": float(spotted.max()),
    }
    if mask is not None:
        for side, region in (("inside", mask), ("outside", ~mask)):
            values[f"{side}_level"] = float(solid[region].mean())
            values[f"{side}_contrast"] = float(solid[region].std())
            values[f"{side}_spot"] = float(spotted[region].max())
        values["region_size"] = float(mask.mean())
    return values


def _halves(solid: Solid) -> dict[str, float]:
    """Return the mean of both halves along each axis; a middle layer belongs to neither."""
    found = {}
    for key, (axis, last, _) in _HALVES.items():
        count = solid.shape[axis] // 2
        part = np.arange(-count, 0) if last else np.arange(count)
        found[f"{key}_half"] = float(solid.take(part, axis=axis).mean())
    return found
