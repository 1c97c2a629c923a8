"""Patches laid over training films at random, so that a model learns to ignore what covers a film.

A network that has only seen whole films takes any hole for a finding; covering a region, which is how an
audit asks whether the region matters, would then say more about the hole than about the region.
"""

import torch
from torch import Tensor

_TRIES = 8


def distract(images: Tensor, keep: Tensor, *, patches: int = 2) -> Tensor:
    """Return the images with up to ``patches`` rectangles of one grey each, none over what is to be kept.

    ``images`` is (batch, 1, size, size); ``keep`` is (batch, 4): left, top, right, bottom in pixels.
    """
    result = images.clone()
    for index in range(len(images)):
        for _ in range(int(torch.randint(patches + 1, ()))):
            box = _free_box(keep[index], images.shape[-1])
            if box is not None:
                left, top, right, bottom = box
                result[index, 0, top:bottom, left:right] = _filling(images[index, 0])
    return result


def _free_box(keep: Tensor, size: int) -> tuple[int, int, int, int] | None:
    """Return a random rectangle of 5 to 40 % of the side that leaves the kept box alone."""
    kept_left, kept_top, kept_right, kept_bottom = (int(value) for value in keep)
    for _ in range(_TRIES):
        width, height = (int(value) for value in torch.randint(size // 20, 2 * size // 5, (2,)))
        left, top = (
            int(torch.randint(1 - width // 2, size - 1, ())),
            int(torch.randint(1 - height // 2, size - 1, ())),
        )
        right, bottom = min(left + width, size), min(top + height, size)
        left, top = max(left, 0), max(top, 0)
        if right <= kept_left or left >= kept_right or bottom <= kept_top or top >= kept_bottom:
            return left, top, right, bottom
    return None


def _filling(image: Tensor) -> Tensor:
    """Return one grey: the image's darkest, its mean, the middle of the scale, or any."""
    choice = int(torch.randint(4, ()))
    if choice == 0:
        return image.min()
    if choice == 1:
        return image.mean()
    return torch.zeros(()) if choice == 2 else image.min() + torch.rand(()) * (image.max() - image.min())
