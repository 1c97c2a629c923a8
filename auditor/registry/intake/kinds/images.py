"""Sets of images: a file or a frame an item, and a mask of the relevant region where there is one."""

from collections.abc import Iterable
from pathlib import Path

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.decode import decode_image, decode_mask
from auditor.explain.formats.frames import one_frame
from auditor.explain.formats.header import is_dicom
from auditor.explain.formats.pixels import pixel_digest
from auditor.registry.intake.kinds.base import Content, Reader, absent, by_id
from auditor.registry.intake.kinds.identity import Identity
from auditor.registry.intake.labels import Row

_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".dcm", ".dicom", ".ima")
_MASK_SUFFIXES = (".png", ".tif", ".tiff")


class Images(Reader):
    """`images/` and `masks/`; every image decodes, every mask has the size of its image.

    An item's image is the file named by the row's `file`, else by its id; of several frames, the row's `frame`.
    """

    places = ("file", "frame")

    def __init__(self, folder: Path, salt: bytes) -> None:
        self._images = _unnamed(folder / "images") | by_id(folder / "images", _SUFFIXES)
        self._names = {path.name: name for name, path in self._images.items()}
        self._masks = by_id(folder / "masks", _MASK_SUFFIXES)
        self._identity = Identity(salt)
        self._latest: tuple[Path | None, bytes] = (None, b"")

    def content(self, row: Row) -> Content:
        """Return an image's and its mask's bytes; those of a DICOM file without what names a person."""
        image, mask = self._images.get(self._name(row)), self._masks.get(row.id)
        if image is None:
            raise absent(row, say("images/%(name)s.png (or .jpg, .tif, .dcm)", name=_wanted(row)))
        content, label = self._cleaned(image), f"images/{image.name}"
        if frame := _frame(row):
            content = one_frame(content, label, frame)
        decoded = decode_image(content, label)
        height, width = decoded.shape[:2]
        region = None if mask is None else _checked(mask, (height, width))
        pixels = pixel_digest(decoded) if is_dicom(content) else None
        return Content(content, region, (height, width), pixels)

    def unlisted(self, rows: Iterable[Row]) -> int:
        """Return how many images labels.csv does not name."""
        return len(self._images.keys() - {self._name(row) for row in rows})

    def _name(self, row: Row) -> str:
        """Return under which name a row's file is known."""
        return self._names.get(_wanted(row), _wanted(row))

    def _cleaned(self, path: Path) -> bytes:
        """Rows about frames of one file follow each other as a rule, so the last file is kept."""
        if self._latest[0] != path:
            content = path.read_bytes()
            if is_dicom(content):
                content = self._identity.dicom(content, f"images/{path.name}")
                self.deidentification = self._identity.account
            self._latest = path, content
        return self._latest[1]


def _wanted(row: Row) -> str:
    return row.columns.get("file") or row.id


def _unnamed(folder: Path) -> dict[str, Path]:
    """Return DICOM files under other names than the usual, as archives export them, by their whole name."""
    if not folder.is_dir():
        return {}
    others = [path for path in sorted(folder.iterdir()) if path.is_file()]
    others = [path for path in others if not path.name.casefold().endswith(_SUFFIXES)]
    return {path.name: path for path in others if is_dicom(_head(path))}


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(132)


def _frame(row: Row) -> int | None:
    text = row.columns.get("frame", "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and 0 < len(text) < 7 and int(text)):
        raise Refused(
            say(
                "labels.csv, row %(row)s, column 'frame': %(value)s is no number of a frame; frames count from 1.",
                row=row.number,
                value=repr(text[:40]),
            )
        )
    return int(text)


def _checked(mask: Path, shape: tuple[int, ...]) -> bytes:
    content = mask.read_bytes()
    height, width = decode_mask(content, f"masks/{mask.name}").shape
    if (height, width) != shape:
        raise Refused(
            say(
                "masks/%(file)s is %(width)s x %(height)s pixels and its image is %(image_width)s x "
                "%(image_height)s; a mask needs the size of its image.",
                file=mask.name,
                width=width,
                height=height,
                image_width=shape[1],
                image_height=shape[0],
            )
        )
    return content
