"""Hostile and broken DICOM files are refused in a sentence, at once and without quoting them."""

import struct
import time

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.uid import (
    JPEG2000Lossless,
    JPEGLosslessSV1,
)

from auditor.common.errors import Refused
from auditor.explain.decode import decode_image, decode_mask
from auditor.explain.formats.bounds import MOST_ELEMENTS
from auditor.explain.formats.dicom import decode_dicom
from tests.explain.formats import dicoms

RAMP = np.arange(64 * 48, dtype=np.uint16).reshape(64, 48)
MALFORMED = dicoms.real("dicom_malformed")
need_data = pytest.mark.skipif(not MALFORMED, reason=f"the sample files are not in {dicoms.DATA}")


def nested(depth: int) -> bytes:
    """A sequence in a sequence, each of undefined length, as pydicom reads at once."""
    opened = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    closed = b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0"
    return opened * depth + closed * depth


def after_the_meta(content: bytes, inserted: bytes) -> bytes:
    start = 144 + struct.unpack("<I", content[140:144])[0]
    return content[:start] + inserted + content[start:]


def lossless_jpeg() -> bytes:
    made = dicoms.dataset(RAMP)
    made.compress(JPEG2000Lossless)
    made.file_meta.TransferSyntaxUID = JPEGLosslessSV1
    return dicoms.written(made)


def other_size() -> bytes:
    made = dicoms.dataset(RAMP)
    made.compress(JPEG2000Lossless)
    made.Rows = 60
    return dicoms.written(made)


def jp2_that_never_ends() -> bytes:
    made = dicoms.dataset(RAMP)
    made.compress(JPEG2000Lossless)
    made.PixelData = pydicom.encaps.encapsulate([b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(64)])
    made["PixelData"].is_undefined_length = True
    return dicoms.written(made)


def without_pixels() -> bytes:
    made = dicoms.dataset(RAMP)
    del made.PixelData
    return dicoms.written(made)


def not_finite() -> bytes:
    made = dicoms.dataset(RAMP)
    del made.PixelData
    made.BitsAllocated = 32
    made.FloatPixelData = np.full(RAMP.shape, np.nan, np.float32).tobytes()
    return dicoms.written(made)


HOSTILE = {
    "holds no pixels": without_pixels,
    "JPEG Lossless.* which is not read": lossless_jpeg,
    "48 x 60 pixels, and its compressed frame 48 x 64": other_size,
    "its compressed frame has no header": jp2_that_never_ends,
    "states 100000 frames": lambda: dicoms.dicom(RAMP[None], NumberOfFrames=100000),
    "states 65535 x 65535 pixels": lambda: dicoms.dicom(RAMP, Rows=65535, Columns=65535),
    "states 48 x 0 pixels": lambda: dicoms.dicom(RAMP, Rows=0),
    "number of bytes of pixel data is less": lambda: dicoms.dicom(RAMP, Rows=65),
    "3072 pixels that are not finite": not_finite,
    "can be read .RecursionError.": lambda: after_the_meta(dicoms.dicom(RAMP), nested(5000)),
    f"more than {MOST_ELEMENTS} elements": lambda: after_the_meta(
        dicoms.dicom(RAMP), b"\x08\x00\x05\x00CS\0\0" * (MOST_ELEMENTS + 1)
    ),
    "states RGB, and its pixels have another number of samples": lambda: dicoms.dicom(RAMP, "RGB"),
    "states no kind of colour": lambda: dicoms.dicom(RAMP, "HSV"),
    "is not a DICOM file that can be read": lambda: dicoms.dicom(
        RAMP, RescaleSlope=[1, 2], RescaleIntercept=0
    ),
}


@pytest.mark.parametrize("sentence", HOSTILE)
def test_what_cannot_be_read_is_refused_in_a_sentence(sentence):
    with pytest.raises(Refused, match=rf"^films/a\.dcm .*{sentence}.*\.$"):
        decode_image(HOSTILE[sentence](), "films/a.dcm")


def test_a_mask_is_no_dicom_file():
    with pytest.raises(Refused, match="save masks as PNG or TIFF"):
        decode_mask(dicoms.dicom(RAMP), "x")


def test_a_refusal_does_not_quote_the_header():
    content = dicoms.dicom(RAMP, PatientName="Doe^Jane")
    broken = content.replace(b"MONOCHROME2", b"Doe^Jane   ")
    with pytest.raises(Refused) as caught:
        decode_dicom(broken, "x")
    assert "Doe" not in caught.value.sentence


SMALL = dicoms.dicom(RAMP[:8, :8], WindowCenter=5, WindowWidth=9, RescaleSlope=1, RescaleIntercept=0)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_bytes_changed_anywhere_give_an_image_or_a_refusal(data):
    content = bytearray(SMALL)
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(132, len(content) - 1))] = data.draw(st.integers(0, 255))
    found = dicoms.answer(bytes(content))
    assert isinstance(found, str) or found.dtype in (np.uint8, np.uint16)


@need_data
@pytest.mark.parametrize("path", MALFORMED, ids=lambda path: path.stem)
def test_a_malformed_file_gives_an_image_or_a_refusal_at_once(path):
    before = time.monotonic()
    found = dicoms.answer(path.read_bytes(), path.name)
    assert found.endswith(".") if isinstance(found, str) else found.size
    assert time.monotonic() - before < 5
