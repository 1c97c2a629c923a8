"""Volumes: how they are read, the one form in which they are stored, and how they become a model's input."""

import nibabel
import numpy as np

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.formats.axes import AXES, Volume
from auditor.explain.formats.grid import mask_on_grid, volume_input
from auditor.explain.formats.nifti import is_nifti, read_nifti
from auditor.explain.formats.series import read_series

__all__ = [
    "Volume",
    "decode_volume",
    "encode_volume",
    "is_nifti",
    "mask_on_grid",
    "read_nifti",
    "read_series",
    "volume_input",
]


def encode_volume(volume: Volume) -> bytes:
    """Return a volume as uncompressed NIfTI-1, float32, without any text; equal volumes give equal bytes."""
    depth, height, width = volume.spacing
    affine = np.zeros((4, 4))
    affine[2, 0], affine[1, 1], affine[0, 2], affine[3, 3] = depth, -height, -width, 1
    voxels = np.asarray(volume.voxels, dtype="<f4") + np.float32(0)  # no negative zero
    image = nibabel.Nifti1Image(voxels, affine)
    image.header.set_xyzt_units("mm")
    content: bytes = image.to_bytes()
    return content


def decode_volume(content: bytes, name: str) -> Volume:
    """Return the volume that encode_volume stored, exactly; raises Refused naming the file for any other file."""
    volume = read_nifti(content, name)
    if encode_volume(volume) != content:
        raise Refused(
            say(
                "%(name)s is not a volume in the form that is stored (%(axes)s, float32, no text).",
                name=name,
                axes=AXES,
            )
        )
    return volume
