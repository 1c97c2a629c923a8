"""Three planes through a volume, side by side on one scale, as a radiologist looks at them."""

from typing import Any, NamedTuple

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from reports.documents.figures.overlay import outline, paint
from reports.documents.figures.source import Bytes, Floats
from reports.documents.figures.style import typeface

Place = tuple[int, int, int]

WIDTH = 840
_HIGHEST, _GAP, _STRIP, _TICK, _INSET, _LETTER, _CAPTION = 420, 12, 34, 8, 12, 20, 21  # of a sheet of WIDTH
_GROUND, _WORDS, _LETTERS = (16, 20, 26), (214, 220, 228), (250, 250, 250)
_AXES = {0: (1, 2), 1: (0, 2), 2: (0, 1)}  # what runs down and across a plane of each axis
_ENDS = {
    0: "SI",
    1: "AP",
    2: "RL",
}  # what lies at the upper or left end of an axis as drawn, and at the other


class Solid(NamedTuple):
    """What is drawn: grey levels (depth, height, width) in [0, 1], spacing in mm, the relevant region, a map."""

    grey: Floats
    spacing: tuple[float, float, float]
    region: NDArray[np.bool_] | None = None
    values: Floats | None = None
    scale: float = 0.0


def three_planes(solid: Solid, at: Place, width: int = WIDTH) -> Bytes:
    """Return the axial, the coronal and the sagittal plane through a voxel, (height, at most `width`, 3).

    The head is up; in the axial plane the front is up and the person's right is at the left. Ticks at the borders
    show where the other planes lie. A map may be on another grid than the volume.
    """
    extents = [side * step for side, step in zip(solid.grey.shape, solid.spacing, strict=True)]
    sizes = {axis: (extents[across], extents[down]) for axis, (down, across) in _AXES.items()}
    unit = width / WIDTH
    factor = unit * min(
        (WIDTH - 2 * _GAP) / sum(across for across, _down in sizes.values()),
        _HIGHEST / max(down for _across, down in sizes.values()),
    )
    drawn = [
        _plane(solid, axis, at, (max(1, round(across * factor)), max(1, round(down * factor))), unit)
        for axis, (across, down) in sizes.items()
    ]
    return _side_by_side(drawn, [_caption(solid, axis, at) for axis in _AXES], unit)


def middle_of(shape: tuple[int, ...], region: NDArray[np.bool_] | None) -> Place:
    """Return where planes show most of a region along each axis, or the volume's middle where there is none."""
    if region is None or not region.any():
        depth, height, width = (side // 2 for side in shape)
    else:
        depth, height, width = (int(region.sum(axis=seen).argmax()) for seen in _AXES.values())
    return depth, height, width


def strongest(values: Floats, shape: tuple[int, ...]) -> Place:
    """Return where a map is largest in size, as a voxel of a volume of another shape; the first among equals."""
    found = np.unravel_index(int(np.abs(values).argmax()), values.shape)
    depth, height, width = (
        int((int(index) + 0.5) * side / have)
        for index, side, have in zip(found, shape, values.shape, strict=True)
    )
    return depth, height, width


def _plane(solid: Solid, axis: int, at: Place, size: tuple[int, int], unit: float) -> Bytes:
    grey = (255 * np.clip(_cut(solid.grey, axis, at[axis]), 0, 1)).round().astype(np.uint8)
    image = np.asarray(Image.fromarray(grey).convert("RGB").resize(size, Image.Resampling.BICUBIC))
    if solid.values is not None:
        index = int((at[axis] + 0.5) * solid.values.shape[axis] / solid.grey.shape[axis])
        image = paint(image, _cut(solid.values, axis, index), solid.scale)
    if solid.region is not None:
        inside = _cut(solid.region, axis, at[axis]).astype(np.uint8)
        image = outline(image, np.asarray(Image.fromarray(inside).resize(size, Image.Resampling.NEAREST)) > 0)
    return _lettered(image, axis, _ticks(solid, axis, at, size), unit)


def _cut(values: NDArray[Any], axis: int, index: int) -> NDArray[Any]:
    """Return a plane with the head up."""
    plane: NDArray[Any] = values.take(index, axis=axis)
    return np.ascontiguousarray(plane if axis == 0 else plane[::-1])


def _ticks(solid: Solid, axis: int, at: Place, size: tuple[int, int]) -> tuple[int, int]:
    """Return where the other two planes cross this one, in pixels from the left and from the top."""
    down, across = _AXES[axis]
    x = (at[across] + 0.5) / solid.grey.shape[across]
    y = (at[down] + 0.5) / solid.grey.shape[down]
    return int(x * size[0]), int((y if axis == 0 else 1 - y) * size[1])


def _lettered(image: Bytes, axis: int, crossing: tuple[int, int], unit: float) -> Bytes:
    picture = Image.fromarray(image)
    draw, (width, height), (x, y) = ImageDraw.Draw(picture), picture.size, crossing
    tick, inset, line = round(_TICK * unit), round(_INSET * unit), max(1, round(2 * unit))
    for first, last in ((0, tick), (height - 1 - tick, height - 1)):
        draw.line((x, first, x, last), fill=_WORDS, width=line)
    for first, last in ((0, tick), (width - 1 - tick, width - 1)):
        draw.line((first, y, last, y), fill=_WORDS, width=line)
    down, across = _AXES[axis]
    x, y = width // 2, height // 2
    places = ((x, inset, "ma"), (x, height - inset, "md"), (inset, y, "lm"), (width - inset, y, "rm"))
    for (left, top, anchor), letter in zip(places, _ENDS[down] + _ENDS[across], strict=True):
        draw.text(
            (left, top),
            letter,
            font=_font(_LETTER * unit),
            fill=_LETTERS,
            anchor=anchor,
            stroke_width=line,
            stroke_fill=_GROUND,
        )
    return np.asarray(picture)


def _caption(solid: Solid, axis: int, at: Place) -> str:
    names = (_("axial"), _("coronal"), _("sagittal"))
    return _("%(plane)s %(number)d of %(count)d") % {
        "plane": names[axis],
        "number": at[axis] + 1,
        "count": solid.grey.shape[axis],
    }


def _side_by_side(drawn: list[Bytes], captions: list[str], unit: float) -> Bytes:
    """Put planes next to each other, at mid height, each over its caption."""
    tallest, gap, strip = max(len(plane) for plane in drawn), round(_GAP * unit), round(_STRIP * unit)
    width = sum(plane.shape[1] for plane in drawn) + gap * (len(drawn) - 1)
    sheet = Image.new("RGB", (width, tallest + strip), _GROUND)
    draw, left = ImageDraw.Draw(sheet), 0
    for plane, caption in zip(drawn, captions, strict=True):
        sheet.paste(Image.fromarray(plane), (left, (tallest - len(plane)) // 2))
        middle = left + plane.shape[1] // 2
        draw.text(
            (middle, tallest + strip // 2), caption, font=_font(_CAPTION * unit), fill=_WORDS, anchor="mm"
        )
        left += plane.shape[1] + gap
    return np.asarray(sheet)


def _font(size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(typeface(), size)
