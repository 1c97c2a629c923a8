"""Image and mask files become arrays: a closed list of formats, bounded pixels, errors that name the file."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, UnidentifiedImageError

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.formats.bounds import MOST_PIXELS, Pixels
from auditor.explain.formats.dicom import decode_dicom
from auditor.explain.formats.header import check_frame, is_dicom

__all__ = ["MOST_PIXELS", "Mask", "Pixels", "decode_image", "decode_mask"]

Mask = NDArray[np.bool_]

_switch = RLock()
_FORMATS = ("PNG", "JPEG", "TIFF")
_DEEP_COLOUR = (2, 4, 6)  # PNG colour types that Pillow would silently reduce from 16 to 8 bits


def decode_image(
    content: bytes, name: str, most_pixels: int = MOST_PIXELS, frame: int | None = None
) -> Pixels:
    """Return an image as integers: (height, width) grey or (height, width, 3) RGB, uint8 or uint16.

    The orientation tag is ignored: what is stored is what is audited. `frame` counts from 1 and names one image of a
    file that holds several, a DICOM or a TIFF file. Raises Refused with a sentence that
    names the image when it does not decode, is too large, or would lose something by being read.
    """
    if is_dicom(content):
        return decode_dicom(content, name, frame)
    if content[:8] == b"\x89PNG\r\n\x1a\n" and content[24:25] == b"\x10" and content[25] in _DEEP_COLOUR:
        raise Refused(
            say("%(name)s has 16 bits a colour channel; save it as 16-bit grey or 8-bit RGB.", name=name)
        )
    try:
        with _whole_files_only(), Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            _seek(image, frame, name)
            if image.width * image.height > most_pixels:
                raise Refused(
                    say(
                        "%(name)s has %(width)s x %(height)s pixels, and at most %(most_pixels)s are read; make "
                        "it smaller.",
                        name=name,
                        width=image.width,
                        height=image.height,
                        most_pixels=most_pixels,
                    )
                )
            return _array(image, name)
    except Refused:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise Refused(
            say(
                "%(name)s is not a PNG, JPEG, TIFF or DICOM image that can be read (%(problem)s).",
                name=name,
                problem=_short(error),
            )
        ) from error
    except Exception as error:  # Pillow's decoders raise anything at all on broken files
        raise Refused(
            say(
                "%(name)s does not decode (%(problem)s); save it again or leave it out.",
                name=name,
                problem=_short(error),
            )
        ) from error


def decode_mask(content: bytes, name: str, most_pixels: int = MOST_PIXELS) -> Mask:
    """Return a mask as booleans (height, width): every pixel that is not zero is inside; raises Refused."""
    if is_dicom(content):
        raise Refused(say("%(name)s is a DICOM file; save masks as PNG or TIFF.", name=name))
    pixels = decode_image(content, name, most_pixels)
    covered: Mask = np.any(np.atleast_3d(pixels) > 0, axis=2)
    return covered


@contextmanager
def _whole_files_only() -> Iterator[None]:
    """Refuse truncated files although another library asked Pillow to fill what is missing with grey.

    The switch is global to the process (WeasyPrint sets it when it is imported), so decoding takes turns.
    """
    with _switch:
        before = ImageFile.LOAD_TRUNCATED_IMAGES
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


def _seek(image: Image.Image, frame: int | None, name: str) -> None:
    frames = getattr(image, "n_frames", 1)
    if frame is None and frames > 1:
        raise Refused(
            say(
                "%(name)s holds several images; save each as a file of its own, or name one in the "
                "column frame of labels.csv.",
                name=name,
            )
        )
    if frame is not None:
        check_frame(frame, frames, name)
        image.seek(frame - 1)


def _array(image: Image.Image, name: str) -> Pixels:
    if image.mode in ("L", "RGB"):
        return np.asarray(image)
    if image.mode in ("1", "LA"):
        return np.asarray(_opaque(image, name).convert("L"))
    if image.mode in ("P", "RGBA", "CMYK", "YCbCr"):
        return np.asarray(_opaque(image, name).convert("RGB"))
    if image.mode.startswith("I"):
        values = np.asarray(image)
        if values.size and values.min() >= 0 and values.max() <= 65535:
            return values.astype(np.uint16)
    raise Refused(
        say(
            "%(name)s stores its pixels as %(mode)s; save it as 8- or 16-bit grey or as 8-bit RGB.",
            name=name,
            mode=repr(image.mode),
        )
    )


def _opaque(image: Image.Image, name: str) -> Image.Image:
    if not image.has_transparency_data:
        return image
    alpha = np.asarray(image.convert("RGBA").getchannel("A"))
    if (alpha != 255).any():
        raise Refused(
            say("%(name)s is partly transparent, so its pixels are not decided; flatten it first.", name=name)
        )
    return image.convert("RGB") if image.mode != "LA" else image


def _short(error: Exception) -> str:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return say("no such format") if "BytesIO" in text else text[:120].rstrip(".")
