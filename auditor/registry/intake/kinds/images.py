"""Sets of images: a file an item, and a mask of the relevant region where there is one."""

from collections.abc import Iterable
from pathlib import Path

from auditor.common.errors import Refused
from auditor.explain.decode import decode_image, decode_mask
from auditor.registry.intake.kinds.base import Content, Reader, absent, by_id
from auditor.registry.intake.labels import Row

_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff")
_MASK_SUFFIXES = (".png", ".tif", ".tiff")


class Images(Reader):
    """`images/` and `masks/`; every image decodes, every mask has the size of its image."""

    def __init__(self, folder: Path, salt: bytes) -> None:
        self._images = by_id(folder / "images", _SUFFIXES)
        self._masks = by_id(folder / "masks", _MASK_SUFFIXES)

    def content(self, row: Row) -> Content:
        """Return an image's and its mask's bytes."""
        image, mask = self._images.get(row.id), self._masks.get(row.id)
        if image is None:
            raise absent(row, "image", f"images/{row.id}.png (or .jpg, .tif)")
        content = image.read_bytes()
        shape = decode_image(content, f"images/{image.name}").shape[:2]
        return Content(content, None if mask is None else _checked(mask, shape))

    def unlisted(self, ids: Iterable[str]) -> int:
        """Return how many images labels.csv does not name."""
        return len(self._images.keys() - set(ids))


def _checked(mask: Path, shape: tuple[int, ...]) -> bytes:
    content = mask.read_bytes()
    height, width = decode_mask(content, f"masks/{mask.name}").shape
    if (height, width) != shape:
        raise Refused(
            f"masks/{mask.name} is {width} x {height} pixels and its image is {shape[1]} x {shape[0]}; a mask needs "
            "the size of its image."
        )
    return content
