"""Features of a volume that a person can name, computed without the model."""

import numpy as np
from numpy.typing import NDArray

from auditor.explain.decode import Mask
from auditor.explain.evidence import Feature
from auditor.explain.globals.bright import largest_part, spots

Solid = NDArray[np.float64]

_LEVEL, _SHARE, _SLOPE = "level, 0 to 1", "share of the volume", "level per voxel"
_BRIGHT = 0.75
_HALVES = {  # depth grows from the feet up, height from the front back, width from the person's right to the left
    "lower": (0, 0, "lower half, towards the feet"),
    "upper": (0, 1, "upper half, towards the head"),
    "front": (1, 0, "front half"),
    "back": (1, 1, "back half"),
    "right": (2, 0, "person's right half"),
    "left": (2, 1, "person's left half"),
}
_REGIONS = {"inside": "inside the relevant region", "outside": "outside the relevant region"}

SOLID_FEATURES: tuple[Feature, ...] = (
    Feature(name="level", title="Mean level of the volume", unit=_LEVEL),
    Feature(name="contrast", title="Contrast of the volume (standard deviation)", unit=_LEVEL),
    *(
        Feature(name=f"{key}_half", title=f"Mean level of the {words}", unit=_LEVEL)
        for key, (_, _, words) in _HALVES.items()
    ),
    Feature(name="asymmetry", title="Mean level of the right half less that of the left", unit=_LEVEL),
    Feature(name="bright_share", title=f"Share of voxels above {_BRIGHT:g}", unit=_SHARE),
    Feature(name="bright_body", title="Size of the largest body of bright voxels", unit=_SHARE),
    Feature(name="edges", title="Edges (mean slope of the level)", unit=_SLOPE),
    Feature(name="spot", title="Strongest small bright spot against its surroundings", unit=_LEVEL),
    *(
        feature
        for side, where in _REGIONS.items()
        for feature in (
            Feature(name=f"{side}_level", title=f"Mean level {where}", unit=_LEVEL),
            Feature(name=f"{side}_contrast", title=f"Contrast {where}", unit=_LEVEL),
            Feature(name=f"{side}_spot", title=f"Strongest small bright spot {where}", unit=_LEVEL),
        )
    ),
    Feature(name="region_size", title="Size of the relevant region", unit=_SHARE),
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
