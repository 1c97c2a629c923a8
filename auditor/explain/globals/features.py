"""Features of an image that a person can name, computed without the model."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from auditor.common.said import say
from auditor.explain.decode import Mask
from auditor.explain.evidence import Feature
from auditor.explain.globals.bright import largest_part, spots

Plane = NDArray[np.float64]

_LEVEL, _AREA, _SLOPE = say("grey level, 0 to 1"), say("share of the image"), say("grey level per pixel")
_CORNERS = {
    "top_left": (say("Brightness of the top left corner"), 0, 0),
    "top_right": (say("Brightness of the top right corner"), 0, 1),
    "bottom_left": (say("Brightness of the bottom left corner"), 1, 0),
    "bottom_right": (say("Brightness of the bottom right corner"), 1, 1),
}

FEATURES: tuple[Feature, ...] = (
    Feature(name="brightness", title=say("Mean brightness of the image"), unit=_LEVEL),
    Feature(name="contrast", title=say("Contrast of the image (standard deviation)"), unit=_LEVEL),
    *(Feature(name=f"corner_{key}", title=title, unit=_LEVEL) for key, (title, _, _) in _CORNERS.items()),
    Feature(name="centre", title=say("Brightness of the central quarter"), unit=_LEVEL),
    Feature(name="left_half", title=say("Brightness of the left half as seen"), unit=_LEVEL),
    Feature(name="right_half", title=say("Brightness of the right half as seen"), unit=_LEVEL),
    Feature(name="upper_half", title=say("Brightness of the upper half"), unit=_LEVEL),
    Feature(name="lower_half", title=say("Brightness of the lower half"), unit=_LEVEL),
    Feature(name="texture", title=say("Texture (mean standard deviation in 5 x 5 pixels)"), unit=_LEVEL),
    Feature(name="edges", title=say("Edges (mean slope of brightness)"), unit=_SLOPE),
    Feature(name="bright_area", title=say("Area of the largest bright spot"), unit=_AREA),
    Feature(name="spot", title=say("Strongest small bright spot against its surroundings"), unit=_LEVEL),
    Feature(name="inside_brightness", title=say("Brightness inside the relevant region"), unit=_LEVEL),
    Feature(name="inside_contrast", title=say("Contrast inside the relevant region"), unit=_LEVEL),
    Feature(
        name="inside_spot", title=say("Strongest small bright spot inside the relevant region"), unit=_LEVEL
    ),
    Feature(name="outside_brightness", title=say("Brightness outside the relevant region"), unit=_LEVEL),
    Feature(name="outside_contrast", title=say("Contrast outside the relevant region"), unit=_LEVEL),
    Feature(
        name="outside_spot", title=say("Strongest small bright spot outside the relevant region"), unit=_LEVEL
    ),
)


def features(pixels: NDArray[np.float32], mask: Mask | None) -> dict[str, float]:
    """Return the features of one image by name.

    `pixels` are (channels, height, width) in [0, 1]; channels are averaged. Features of the relevant region
    are absent where there is no mask.
    """
    plane: Plane = pixels.astype(np.float64).mean(axis=0)
    spotted, bright = spots(plane), plane > plane.mean() + 2 * plane.std()
    values = _levels(plane) | _corners(plane)
    values |= {
        "texture": _texture(plane),
        "edges": float(np.hypot(*np.gradient(plane)).mean()),
        "bright_area": largest_part(bright),
        "spot": float(spotted.max()),
    }
    if mask is not None:
        for side, region in (("inside", mask), ("outside", ~mask)):
            values[f"{side}_brightness"] = float(plane[region].mean())
            values[f"{side}_contrast"] = float(plane[region].std())
            values[f"{side}_spot"] = float(spotted[region].max())
    return values


def _levels(plane: Plane) -> dict[str, float]:
    height, width = plane.shape
    parts = {
        "brightness": plane,
        "centre": plane[height // 4 : height - height // 4, width // 4 : width - width // 4],
        "left_half": plane[:, : width // 2],
        "right_half": plane[:, width - width // 2 :],
        "upper_half": plane[: height // 2],
        "lower_half": plane[height - height // 2 :],
    }
    return {name: float(part.mean()) for name, part in parts.items()} | {"contrast": float(plane.std())}


def _corners(plane: Plane) -> dict[str, float]:
    """Return the mean brightness of squares of a sixth of the shorter side."""
    side = max(1, min(plane.shape) // 6)
    ends = (slice(0, side), slice(-side, None))
    return {f"corner_{key}": float(plane[ends[y], ends[x]].mean()) for key, (_, y, x) in _CORNERS.items()}


def _texture(plane: Plane) -> float:
    mean = ndimage.uniform_filter(plane, 5)
    variance = ndimage.uniform_filter(plane**2, 5) - mean**2
    return float(np.sqrt(variance.clip(0)).mean())
