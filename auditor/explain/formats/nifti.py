"""NIfTI files become volumes: bounded before they are unpacked, turned to one set of axes."""

import gzip
import io
import zlib

import nibabel
import numpy as np
from nibabel.nifti1 import Nifti1Header
from nibabel.nifti2 import Nifti2Header

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.formats.axes import Volume, check_extent, oriented

_GZIP = b"\x1f\x8b"
_HEADER = 540
_TEXT = ("descrip", "aux_file", "intent_name", "db_name", "data_type")
_MOST_EXTENSIONS = 2**20
_MILLIMETRES = {"unknown": 1.0, "mm": 1.0, "meter": 1000.0, "micron": 0.001}


def is_nifti(content: bytes) -> bool:
    """Return whether a file is one-file NIfTI-1 or NIfTI-2 by its content, packed with gzip or not."""
    head = _head(content)
    return head[344:348] == b"n+1\0" or head[4:12] == b"n+2\0\r\n\x1a\n"


def read_nifti(content: bytes, name: str) -> Volume:
    """Return the volume of a .nii or .nii.gz file, values scaled as its header says.

    A fourth axis is allowed where it has one time point. Raises Refused naming the file for anything else than one
    volume of finite real numbers that says how it lies in the body.
    """
    if not is_nifti(content):
        raise Refused(
            say("%(name)s is not a NIfTI file (.nii or .nii.gz); save it as NIfTI-1 in one file.", name=name)
        )
    try:
        return _read(content, name)
    except Refused:
        raise
    except Exception as error:  # nibabel raises anything at all on broken files
        raise Refused(
            say(
                "%(name)s is not a NIfTI file that can be read (%(problem)s).",
                name=name,
                problem=_short(error),
            )
        ) from error


def free_text(content: bytes) -> tuple[str, ...]:
    """Return which places of a NIfTI header that can hold words do: text fields by name, and "extensions"."""
    head = _head(content)
    kind = Nifti1Header if head[344:348] == b"n+1\0" else Nifti2Header
    header = kind.from_fileobj(io.BytesIO(head), check=False)
    found = [field for field in _TEXT if field in header and bytes(header[field]).strip(b"\0 ")]
    flags = _unpacked(content, header.single_vox_offset + 4)[header.sizeof_hdr :][:4]
    return (*found, *(["extensions"] if flags[:1] not in (b"", b"\0") else []))


def _read(content: bytes, name: str) -> Volume:
    kind = nibabel.Nifti1Image if _head(content)[344:348] == b"n+1\0" else nibabel.Nifti2Image
    header = kind.header_class.from_fileobj(io.BytesIO(_head(content)), check=False)
    shape = _shape(header, name)
    offset = int(header["vox_offset"])
    if not _HEADER - 192 <= offset <= _MOST_EXTENSIONS:
        raise Refused(
            say(
                "%(name)s states that its voxels begin at byte %(offset)s, which is not read; save it again.",
                name=name,
                offset=offset,
            )
        )
    size = offset + int(np.prod(shape)) * header.get_data_dtype().itemsize
    whole = _unpacked(content, size)
    if len(whole) < size:
        raise Refused(
            say(
                "%(name)s is cut off: it has %(found)s of %(size)s bytes.",
                name=name,
                found=len(whole),
                size=size,
            )
        )
    image = kind.from_bytes(whole)
    voxels = np.asarray(image.dataobj, dtype=np.float32).reshape(shape)
    affine = np.array(image.affine, dtype=np.float64)
    affine[:3] *= _MILLIMETRES[header.get_xyzt_units()[0]]
    return oriented(voxels, affine, name)


def _shape(header: Nifti1Header, name: str) -> tuple[int, ...]:
    stated = tuple(int(extent) for extent in header.get_data_shape())
    if len(stated) > 3 and set(stated[3:]) != {1}:
        raise Refused(
            say(
                "%(name)s has %(shape)s voxels over time or channels; hand in one volume a file.",
                name=name,
                shape=" x ".join(map(str, stated)),
            )
        )
    check_extent(stated[:3], name)
    if header.get_data_dtype().kind not in "iuf":
        raise Refused(
            say(
                "%(name)s stores %(datatype)s values; save it as real numbers.",
                name=name,
                datatype=str(header.get_value_label("datatype")),
            )
        )
    if int(header["sform_code"]) <= 0 and int(header["qform_code"]) <= 0:
        raise Refused(
            say(
                "%(name)s does not say how it lies in the body (sform_code and qform_code are 0); save "
                "it with its affine.",
                name=name,
            )
        )
    return stated[:3]


def _head(content: bytes) -> bytes:
    try:
        return _unpacked(content, _HEADER)
    except (OSError, EOFError, zlib.error):
        return b""  # packed and broken, so no header can be seen


def _unpacked(content: bytes, most: int) -> bytes:
    if content[:2] != _GZIP:
        return content[:most]
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
        return packed.read(most)


def _short(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:120].rstrip(".:")
