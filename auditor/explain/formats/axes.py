"""A volume with the axes that models are given: from the feet up, from the front back, from right to left."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from nibabel.affines import voxel_sizes
from nibabel.orientations import (
    apply_orientation,
    axcodes2ornt,
    inv_ornt_aff,
    io_orientation,
    ornt_transform,
)
from numpy.typing import NDArray

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.formats.bounds import MOST_EXTENT, MOST_VOXELS

AXES = ("S", "P", "L")  # where each index grows towards: superior, posterior, left
_FLAT = 1e-6


@dataclass(frozen=True, eq=False)
class Volume:
    """Voxels in the file's unit, float32 (depth, height, width), and their spacing along these axes in mm.

    Depth grows from the feet up, height from the front back, width from the person's right to the left. `affine`
    (4, 4) leads from these indices to mm where the file lies in the body; what is stored does not keep it.
    """

    voxels: NDArray[np.float32]
    spacing: tuple[float, float, float]
    affine: NDArray[np.float64] | None = None


def check_extent(shape: tuple[int, ...], name: str) -> None:
    """Raise Refused where a volume of this shape is empty or more than is read; nothing is allocated before."""
    if (
        len(shape) != 3
        or min(shape) < 1
        or max(shape) > MOST_EXTENT
        or np.prod(shape, dtype=float) > MOST_VOXELS
    ):
        raise Refused(
            say(
                "%(name)s has %(shape)s voxels; three axes of at most %(extent)s and at most %(voxels)s "
                "voxels in all are read.",
                name=name,
                shape=" x ".join(map(str, shape)),
                extent=MOST_EXTENT,
                voxels=MOST_VOXELS,
            )
        )


def oriented(voxels: NDArray[Any], affine: NDArray[np.float64], name: str) -> Volume:
    """Return voxels along the axes of Volume, whatever their order was.

    `affine` (4, 4) leads from indices to mm in nibabel's world, whose axes grow right, front and up. An oblique volume
    is turned by quarters only, to the nearest axes. Raises Refused for an affine that is singular or not finite, and
    for voxels that are not finite.
    """
    affine = np.asarray(affine, dtype=np.float64)
    sizes = voxel_sizes(affine) if np.isfinite(affine).all() else np.zeros(3)
    if sizes.min() <= 0 or abs(np.linalg.det(affine[:3, :3] / sizes)) < _FLAT:
        raise Refused(
            say(
                "%(name)s has a singular affine, which does not say how it lies in the body: %(affine)s.",
                name=name,
                affine=str(np.round(affine[:3], 4).tolist()),
            )
        )
    wrong = int(voxels.size - np.isfinite(voxels).sum())
    if wrong:
        raise Refused(
            say(
                "%(name)s has %(wrong)s voxels that are not finite numbers; fill them in first.",
                name=name,
                wrong=wrong,
            )
        )
    turn = ornt_transform(io_orientation(affine), axcodes2ornt(AXES))
    turned = np.ascontiguousarray(apply_orientation(voxels, turn), dtype=np.float32)
    depth, height, width = (float(np.float32(sizes[int(axis)])) for axis in np.argsort(turn[:, 0]))
    return Volume(turned, (depth, height, width), affine @ inv_ornt_aff(turn, voxels.shape))


def distance(first: Volume, second: Volume) -> float:
    """Return by how many mm the corners of two volumes of one shape lie apart at most; 0 where one states no place."""
    if first.affine is None or second.affine is None:
        return 0.0
    corners = np.array([(*corner, 1) for corner in np.ndindex(2, 2, 2)]) * (*first.voxels.shape, 1)
    apart = corners @ (first.affine - second.affine).T  # (8, 4)
    return float(np.linalg.norm(apart, axis=1).max())
