"""DICOM headers of strangers, read within bounds and refused without a word of what they say about a person."""

import io
import logging
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.filereader import read_dataset
from pydicom.tag import BaseTag
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.formats.bounds import MOST_ELEMENTS, MOST_FRAMES, MOST_HEADER, MOST_PIXELS

PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
_PIXEL_TAGS = (b"\xe0\x7f\x10\x00", b"\xe0\x7f\x08\x00", b"\xe0\x7f\x09\x00", b"\x7f\xe0\x00\x10")
_MOST_INFLATED = 2 * 2**30
_MACROS = (
    "PixelValueTransformationSequence",
    "FrameVOILUTSequence",
    "PlanePositionSequence",
    "PlaneOrientationSequence",
    "PixelMeasuresSequence",
)
_OF_A_FRAME = (
    "BitsStored",
    "PixelRepresentation",
    "PhotometricInterpretation",
    "ModalityLUTSequence",
    "RescaleIntercept",
    "RescaleSlope",
    "VOILUTSequence",
    "VOILUTFunction",
    "WindowCenter",
    "WindowWidth",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "PixelSpacing",
)
logging.getLogger("pydicom").setLevel(logging.CRITICAL)  # its warnings quote what a header says of a person


def is_dicom(content: bytes) -> bool:
    """Return whether a file carries the mark of DICOM (PS3.10, 7.1)."""
    return content[128:132] == b"DICM"


def read_header(content: bytes, name: str) -> FileDataset:
    """Return a DICOM file with its pixels still encoded; raises Refused naming the file, never quoting it."""
    if not is_dicom(content):
        raise Refused(
            say(
                "%(name)s has no DICM mark, so it is no DICOM file; export it as a DICOM Part 10 file.",
                name=name,
            )
        )
    with guarded(name):
        return _read(content, name)


@contextmanager
def guarded(name: str) -> Iterator[None]:
    """Turn whatever a parser raises on a broken file into Refused, and keep its warnings out of the logs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except Refused:
            raise
        except Exception as error:  # parsers raise anything at all, and quote the file in it
            raise Refused(
                say(
                    "%(name)s is not a DICOM file that can be read (%(problem)s); export it again or leave "
                    "it out.",
                    name=name,
                    problem=type(error).__name__,
                )
            ) from None


def frame_count(dataset: Dataset, name: str) -> int:
    """Return how many frames a file states; raises Refused where its pixels are absent or out of bounds."""
    if not any(keyword in dataset for keyword in PIXELS):
        raise Refused(say("%(name)s holds no pixels; leave it out.", name=name))
    frames = int(dataset.get("NumberOfFrames") or 1)
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    if not 1 <= frames <= MOST_FRAMES:
        raise Refused(
            say(
                "%(name)s states %(frames)s frames, and 1 to %(most)s are read.",
                name=name,
                frames=frames,
                most=MOST_FRAMES,
            )
        )
    if not 1 <= rows * columns <= MOST_PIXELS:
        raise Refused(
            say(
                "%(name)s states %(columns)s x %(rows)s pixels, and at most %(most)s are read; make it "
                "smaller.",
                name=name,
                columns=columns,
                rows=rows,
                most=MOST_PIXELS,
            )
        )
    return frames


def check_frame(frame: int, frames: int, name: str) -> None:
    """Raise Refused where a file of so many frames, counted from 1, has none of this number."""
    if not 1 <= frame <= frames:
        raise Refused(
            say(
                "%(name)s has no frame %(frame)s; its frames are 1 to %(frames)s.",
                name=name,
                frame=frame,
                frames=frames,
            )
        )


def frame_header(dataset: Dataset, index: int) -> Dataset:
    """Return what holds for one frame: the file's own elements, then the shared and the frame's own groups."""
    merged = Dataset()
    for keyword in _OF_A_FRAME:
        if keyword in dataset:
            merged.add(dataset[keyword])
    shared = list(dataset.get("SharedFunctionalGroupsSequence") or [])[:1]
    frames = list(dataset.get("PerFrameFunctionalGroupsSequence") or [])[index : index + 1]
    for groups in (*shared, *frames):
        for macro in _MACROS:
            for item in list(groups.get(macro) or [])[:1]:
                merged.update(item)
    return merged


def _read(content: bytes, name: str) -> FileDataset:
    if len(content) > MOST_HEADER and all(content.find(tag, 0, MOST_HEADER) < 0 for tag in _PIXEL_TAGS):
        raise Refused(
            say(
                "%(name)s has a header of more than %(most)s MiB; leave it out.",
                name=name,
                most=MOST_HEADER // 2**20,
            )
        )
    stream = io.BytesIO(content)
    stream.seek(132)
    meta = FileMetaDataset(read_dataset(stream, False, True, stop_when=_bounded(name, group=2)))
    syntax = _transfer_syntax(meta, name)
    if syntax == DeflatedExplicitVRLittleEndian:
        stream = io.BytesIO(_inflated(stream.read(), name))
    encoding = syntax.is_implicit_VR, syntax.is_little_endian
    dataset = read_dataset(stream, *encoding, stop_when=_bounded(name))
    found = FileDataset(name, dataset, bytes(128), meta, *encoding)
    found.set_original_encoding(*encoding, dataset._character_set)
    return found


def _transfer_syntax(meta: Dataset, name: str) -> UID:
    syntax = UID(str(meta.get("TransferSyntaxUID", "")))
    if not syntax:
        raise Refused(say("%(name)s does not state its transfer syntax; export it again.", name=name))
    if not syntax.is_valid or not syntax.is_transfer_syntax or syntax.is_private:
        stated = syntax if syntax.is_valid else say("something that is no UID")
        raise Refused(
            say(
                "%(name)s states the transfer syntax %(stated)s, which is not read; save it uncompressed.",
                name=name,
                stated=stated,
            )
        )
    return syntax


def _bounded(name: str, group: int | None = None) -> Callable[[BaseTag, str | None, int], bool]:
    elements = count(1)

    def stop(tag: BaseTag, _vr: str | None, _length: int) -> bool:
        if next(elements) > MOST_ELEMENTS:
            raise Refused(
                say(
                    "%(name)s has more than %(most)s elements in its header; leave it out.",
                    name=name,
                    most=MOST_ELEMENTS,
                )
            )
        return group is not None and tag.group != group

    return stop


def _inflated(body: bytes, name: str) -> bytes:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    most = min(_MOST_INFLATED, 2000 * len(body))
    inflated = inflater.decompress(body, most)
    if inflater.unconsumed_tail or not inflater.eof:
        raise Refused(
            say(
                "%(name)s is cut off or inflates to more than %(most)s bytes; save it without deflation.",
                name=name,
                most=most,
            )
        )
    return inflated
