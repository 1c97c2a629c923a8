"""One frame of a file that holds several, as a file of its own that decodes by itself."""

import io

import numpy as np
from PIL import Image
from pydicom import dcmwrite
from pydicom.dataset import FileDataset
from pydicom.encaps import encapsulate, get_frame
from pydicom.pixels.utils import get_expected_length

from auditor.explain.decode import decode_image
from auditor.explain.formats.header import PIXELS, check_frame, frame_count, guarded, is_dicom, read_header

_OF_ALL_FRAMES = ("ExtendedOffsetTable", "ExtendedOffsetTableLengths", "FrameTimeVector")


def one_frame(content: bytes, name: str, frame: int) -> bytes:
    """Return one frame, counted from 1: a DICOM file with the same coded pixels, or a PNG of a TIFF's page.

    It decodes to what `decode_image` gives for that frame of the whole file. Raises Refused naming the file.
    """
    if not is_dicom(content):
        return _png(decode_image(content, name, frame=frame))
    dataset = read_header(content, name)
    with guarded(name):
        frames = frame_count(dataset, name)
        check_frame(frame, frames, name)
        if frames > 1:
            _cut(dataset, frame - 1, frames)
        stream = io.BytesIO()
        dcmwrite(stream, dataset, enforce_file_format=False)
        return stream.getvalue()


def _cut(dataset: FileDataset, index: int, frames: int) -> None:
    keyword = next(keyword for keyword in PIXELS if keyword in dataset)
    pixels: bytes = dataset[keyword].value
    dataset.NumberOfFrames = 1
    if dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        cut = encapsulate([get_frame(pixels, index, number_of_frames=frames)])
    elif dataset.BitsAllocated == 1:
        cut = _bits(pixels, index, int(dataset.Rows) * int(dataset.Columns))
    else:
        length = get_expected_length(dataset)
        cut = pixels[index * length : (index + 1) * length]
    dataset[keyword].value = cut + bytes(len(cut) % 2)
    groups = list(dataset.get("PerFrameFunctionalGroupsSequence") or [])
    if groups:
        dataset.PerFrameFunctionalGroupsSequence = groups[index : index + 1]
    for table in _OF_ALL_FRAMES:
        if table in dataset:
            del dataset[table]


def _bits(pixels: bytes, index: int, length: int) -> bytes:
    """Frames of one bit a pixel follow each other without a gap (PS3.5, 8.1.1)."""
    first, last = index * length, (index + 1) * length
    some = np.frombuffer(pixels[first // 8 : -(-last // 8)], dtype=np.uint8)
    unpacked = np.unpackbits(some, bitorder="little")[first % 8 :][:length]
    return np.packbits(unpacked, bitorder="little").tobytes()


def _png(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()
