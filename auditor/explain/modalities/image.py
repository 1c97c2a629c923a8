"""Images: scaled to [0, 1] and resized; compared by the relevant region and by the cells of a grid."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.decode import decode_image, decode_mask
from auditor.explain.globals.features import FEATURES, features
from auditor.explain.modalities.base import Mask, partial_mask
from auditor.explain.modalities.gridded import Gridded
from auditor.explain.spec import Box, ImageInput

_LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601, as JPEG and Pillow use


class Images(Gridded):
    """Items are image files; an input is (channels, height, width) in [0, 1], a place is a pixel."""

    features = FEATURES

    def __init__(self, spec: ImageInput, grid: int) -> None:
        super().__init__((spec.height, spec.width), grid)
        self.spec = spec

    def read(self, content: bytes, name: str) -> Tensor:
        """Return an image in [0, 1]; raises Refused naming it."""
        image = decode_image(content, say("The image of %(name)s", name=name))
        scaled = image.astype(np.float32) / np.float32(np.iinfo(image.dtype).max)
        planes = torch.from_numpy(np.atleast_3d(scaled)).permute(2, 0, 1)  # (1 or 3, h, w)
        return resized(_channels(planes, self.spec.channels, name), self.spec).contiguous()

    def relevant(self, content: bytes, name: str) -> Mask | None:
        """Return a mask (height, width) on the model's grid."""
        plane = torch.from_numpy(
            decode_mask(content, say("The mask of %(name)s", name=name)).astype(np.float32)
        )[None]
        on_grid: Mask = (resized(plane, self.spec)[0] >= 0.5).numpy()
        return partial_mask(on_grid)

    def marked(self, boxes: Sequence[Box]) -> Mask | None:
        """Return a mask (height, width): the pixels whose centre lies in a box, at least one for each."""
        covered = np.zeros((self.spec.height, self.spec.width), dtype=np.bool_)
        for box in boxes:
            rows = _span(box.y, box.height, self.spec.height)
            covered[rows, _span(box.x, box.width, self.spec.width)] = True
        return covered if covered.any() and not covered.all() else None

    def describe(self, given: Tensor, mask: Mask | None) -> dict[str, float]:
        """Return brightness, contrast, texture, spots and the like."""
        return features(given.cpu().numpy(), mask)


def _span(begin: float, extent: float, side: int) -> slice:
    """Return the pixels of a line of `side` whose centres lie in a stretch, or the one in its middle."""
    first, end = math.ceil(begin * side - 0.5), math.ceil((begin + extent) * side - 0.5)
    if first < end:
        return slice(first, end)
    middle = min(int((begin + extent / 2) * side), side - 1)
    return slice(middle, middle + 1)


def resized(planes: Tensor, spec: ImageInput) -> Tensor:
    """Return (c, h, w) planes on the model's grid: bilinear with antialiasing, within [0, 1]."""
    size = (spec.height, spec.width)
    if planes.shape[1:] == size:
        return planes
    return interpolate(planes[None], size, mode="bilinear", antialias=True, align_corners=False)[0].clamp(
        0, 1
    )


def _channels(planes: Tensor, wanted: int, name: str) -> Tensor:
    have = planes.shape[0]
    if have == wanted:
        return planes
    if have == 1:
        return planes.expand(wanted, -1, -1)
    if wanted == 1:
        return (planes * torch.tensor(_LUMA)[:, None, None]).sum(0, keepdim=True)
    raise Refused(
        say(
            "The image of %(name)s has %(have)s channels and the model takes %(wanted)s.",
            name=name,
            have=have,
            wanted=wanted,
        )
    )
