"""DICOM images become arrays: decoded within bounds, rescaled, windowed, larger always brighter."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset
from pydicom.encaps import get_frame
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi
from pydicom.pixels.utils import pixel_array
from pydicom.uid import RLELossless

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.formats.bounds import Pixels
from auditor.explain.formats.codestream import stated_size
from auditor.explain.formats.header import check_frame, frame_count, frame_header, guarded, read_header

Values = NDArray[np.float64]

_GREY = ("MONOCHROME1", "MONOCHROME2")
_COLOUR = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_420", "YBR_ICT", "YBR_RCT")
_PALETTE = "PALETTE COLOR"


def decode_dicom(content: bytes, name: str, frame: int | None = None) -> Pixels:
    """Return an image of a DICOM file: uint16 (height, width) grey, or uint8 or uint16 (height, width, 3) RGB.

    Grey values pass the modality LUT, then the first VOI LUT or window (PS3.3 C.11), and fill the whole range of
    uint16; without either, the frame's own smallest and largest value do. MONOCHROME1 is inverted, so that larger is
    brighter. `frame` counts from 1. Overlays are not drawn. Raises Refused naming the file.
    """
    dataset = read_header(content, name)
    with guarded(name):
        index = _chosen(frame, frame_count(dataset, name), name)
        interpretation = str(dataset.get("PhotometricInterpretation", ""))
        if interpretation not in (*_GREY, *_COLOUR, _PALETTE):
            raise Refused(
                say(
                    "%(name)s states no kind of colour that is read; save it as MONOCHROME2 or RGB.",
                    name=name,
                )
            )
        stored = stored_values(dataset, index, name)
        if stored.ndim != 2 + (interpretation in _COLOUR):
            raise Refused(
                say(
                    "%(name)s states %(interpretation)s, and its pixels have another number of samples.",
                    name=name,
                    interpretation=interpretation,
                )
            )
        if interpretation in _GREY:
            return _grey(stored, frame_header(dataset, index), name)
        if interpretation == _PALETTE:
            return _colour(apply_color_lut(stored, dataset), 0)
        return _colour(stored, int(dataset.BitsStored))


def stored_values(dataset: FileDataset, index: int, name: str) -> Pixels:
    """Return one frame as stored, (height, width) or (height, width, 3) RGB, in this machine's byte order.

    Raises Refused where the transfer syntax is not decoded or the compressed frame has another size than the header.
    """
    syntax = dataset.file_meta.TransferSyntaxUID
    try:
        available = get_decoder(syntax).is_available
    except NotImplementedError:
        available = False
    if not available:
        raise Refused(
            say(
                "%(name)s is stored as %(syntax)s, which is not read; save it uncompressed or as RLE, "
                "JPEG 2000 or JPEG-LS.",
                name=name,
                syntax=syntax.name,
            )
        )
    if syntax.is_compressed and syntax.is_encapsulated and syntax != RLELossless:
        _check_size(dataset, index, name)
    try:
        values = pixel_array(dataset, index=index)
    except Exception as error:  # decoders raise anything at all on broken frames
        raise Refused(
            say(
                "%(name)s does not decode (%(problem)s); save it again or leave it out.",
                name=name,
                problem=_short(error),
            )
        ) from None
    return values.astype(values.dtype.newbyteorder("="), copy=False)


def rescaled(stored: Pixels, header: Dataset, name: str) -> Values:
    """Return stored values in the file's unit, such as Hounsfield units: float64; raises Refused if not finite."""
    values: Values = apply_modality_lut(stored, header).astype(np.float64)
    wrong = int(values.size - np.isfinite(values).sum())
    if wrong:
        raise Refused(
            say(
                "%(name)s has %(wrong)s pixels that are not finite numbers; correct them or leave it out.",
                name=name,
                wrong=wrong,
            )
        )
    return values


def windowed(values: Values, header: Dataset) -> Values:
    """Return rescaled values in [0, 1] by the first VOI LUT, else the first window, else their own range."""
    if header.get("VOILUTSequence"):
        bits = int(header.VOILUTSequence[0].LUTDescriptor[2])
        looked_up = apply_voi(np.rint(values).astype(np.int64), header, index=0)
        return _unit(looked_up.astype(np.float64) / (2**bits - 1))
    centre, width = _first(header.get("WindowCenter")), _first(header.get("WindowWidth"))
    if centre is None or width is None:
        low, high = values.min(), values.max()
        return (values - low) / (high - low) if high > low else np.zeros_like(values)
    return _window(values, centre, width, str(header.get("VOILUTFunction") or "LINEAR").upper())


def _window(values: Values, centre: float, width: float, function: str) -> Values:
    """PS3.3 C.11.2.1.2 and C.11.2.1.3; a width that leaves no slope is a threshold."""
    if function == "SIGMOID" and width > 0:
        return 1 / (1 + np.exp(np.clip(-4 * (values - centre) / width, -700, 700)))
    if function == "LINEAR":
        centre, width = centre - 0.5, width - 1
    if width <= 0:
        return (values > centre).astype(np.float64)
    return _unit((values - centre) / width + 0.5)


def _unit(values: Values) -> Values:
    clipped: Values = np.clip(values, 0, 1)
    return clipped


def _chosen(frame: int | None, frames: int, name: str) -> int:
    if frame is None and frames > 1:
        raise Refused(
            say(
                "%(name)s holds %(frames)s frames; name one of them in the column frame of labels.csv, "
                "or hand it in as a volume.",
                name=name,
                frames=frames,
            )
        )
    if frame is not None:
        check_frame(frame, frames, name)
    return (frame or 1) - 1


def _check_size(dataset: Dataset, index: int, name: str) -> None:
    frames = int(dataset.get("NumberOfFrames") or 1)
    size = stated_size(get_frame(dataset.PixelData, index, number_of_frames=frames))
    if size is None:
        raise Refused(
            say("%(name)s does not decode (its compressed frame has no header); save it again.", name=name)
        )
    if size != (dataset.Rows, dataset.Columns):
        raise Refused(
            say(
                "%(name)s states %(columns)s x %(rows)s pixels, and its compressed frame %(height)s x "
                "%(width)s.",
                name=name,
                columns=int(dataset.Columns),
                rows=int(dataset.Rows),
                height=size[1],
                width=size[0],
            )
        )


def _grey(stored: Pixels, header: Dataset, name: str) -> Pixels:
    unit = windowed(rescaled(stored, header, name), header)
    if header.PhotometricInterpretation == "MONOCHROME1":
        unit = 1 - unit
    return np.rint(unit * 65535).astype(np.uint16)


def _colour(values: Pixels, bits: int) -> Pixels:
    """8 bits stay as they are; fewer or more fill the range of uint8 or uint16."""
    if not bits or bits == values.dtype.itemsize * 8 <= 16:
        return values
    most = 255 if bits <= 8 else 65535
    scaled = np.rint(np.clip(values / (2.0**bits - 1), 0, 1) * most)
    return scaled.astype(np.uint8 if bits <= 8 else np.uint16)


def _first(value: Any) -> float | None:
    if value is None or value == "":
        return None
    try:
        return float(value)
    except TypeError:
        return float(value[0]) if len(value) else None


def _short(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[-1].strip()[:120].rstrip(".:")
