"""A validation set read lazily: one item at a time from the store, as arrays and as the model's input."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from auditor.common.errors import Refused
from auditor.common.store import Store
from auditor.explain.decode import MOST_PIXELS, Mask, Pixels, decode_image, decode_mask
from auditor.explain.spec import ImageInput, ItemEntry, Manifest

__all__ = ["MOST_PIXELS", "Mask", "Pixels", "ValidationSet", "decode_image", "decode_mask"]

_LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601, as JPEG and Pillow use


class ValidationSet:
    """The items of a manifest; nothing is read before it is asked for, and nothing is kept."""

    def __init__(self, manifest: Manifest, store: Store, classes: Sequence[str]) -> None:
        """Raise Refused where an item carries a label that the model has no class for."""
        self.entries: tuple[ItemEntry, ...] = manifest.items
        self.classes = tuple(classes)
        self.store = store
        for entry in self.entries:
            if entry.label not in self.classes:
                raise Refused(
                    f"Item {entry.id!r} has the label {entry.label!r}, which the model does not know; "
                    f"its classes are {', '.join(self.classes[:20])}."
                )

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def has_masks(self) -> bool:
        """Whether any item of the set has a mask."""
        return any(entry.mask is not None for entry in self.entries)

    def label_index(self, index: int) -> int:
        """Return the position of an item's label among the classes."""
        return self.classes.index(self.entries[index].label)

    def image(self, index: int) -> Pixels:
        """Return the image of an item as integers, (h, w) or (h, w, 3); raises Refused naming the item."""
        entry = self.entries[index]
        return decode_image(self.store.get(entry.image), f"The image of item {entry.id!r}")

    def mask(self, index: int) -> Mask | None:
        """Return the mask of an item as booleans (h, w), or None; raises Refused naming the item."""
        entry = self.entries[index]
        if entry.mask is None:
            return None
        return decode_mask(self.store.get(entry.mask), f"The mask of item {entry.id!r}")

    def pixels(self, index: int, spec: ImageInput) -> Tensor:
        """Return an item before normalisation: float32 (channels, height, width) in [0, 1]."""
        image = self.image(index)
        scaled = image.astype(np.float32) / np.float32(np.iinfo(image.dtype).max)
        planes = torch.from_numpy(np.atleast_3d(scaled)).permute(2, 0, 1)  # (1 or 3, h, w)
        return resized(_channels(planes, spec.channels, self.entries[index].id), spec).contiguous()

    def region(self, index: int, spec: ImageInput) -> Mask | None:
        """Return an item's mask on the model's grid, (height, width); None without one or an empty one."""
        mask = self.mask(index)
        if mask is None:
            return None
        plane = torch.from_numpy(mask.astype(np.float32))[None]
        on_grid: Mask = (resized(plane, spec)[0] >= 0.5).numpy()
        return on_grid if on_grid.any() and not on_grid.all() else None


def resized(planes: Tensor, spec: ImageInput) -> Tensor:
    """Return (c, h, w) planes on the model's grid: bilinear with antialiasing, within [0, 1]."""
    if planes.shape[1:] == (spec.height, spec.width):
        return planes
    size = (spec.height, spec.width)
    return interpolate(planes[None], size, mode="bilinear", antialias=True, align_corners=False)[0].clamp(
        0, 1
    )


def _channels(planes: Tensor, wanted: int, item: str) -> Tensor:
    have = planes.shape[0]
    if have == wanted:
        return planes
    if have == 1:
        return planes.expand(wanted, -1, -1)
    if wanted == 1:
        return (planes * torch.tensor(_LUMA)[:, None, None]).sum(0, keepdim=True)
    raise Refused(f"The image of item {item!r} has {have} channels and the model takes {wanted}.")
