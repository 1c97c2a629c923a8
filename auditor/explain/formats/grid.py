"""Volumes on a model's grid: windowed, averaged where it is coarser, interpolated where it is finer."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool3d, interpolate

from auditor.explain.formats.axes import Volume
from auditor.explain.formats.window import window
from auditor.explain.spec import VolumeInput


def volume_input(volume: Volume, spec: VolumeInput) -> Tensor:
    """Return a volume before normalisation: float32 (1, depth, height, width) in [0, 1].

    Values from `low` to `high` become 0 to 1, or those between the volume's own 0.5th and 99.5th percentile; a volume
    of one value becomes 0.
    """
    low, high = window(volume, spec)
    scale = 1 / (high - low) if high > low else 0.0
    unit = ((torch.from_numpy(volume.voxels) - low) * scale).clamp(0, 1)
    return _on_grid(unit, spec)


def mask_on_grid(mask: Volume, spec: VolumeInput) -> NDArray[np.bool_]:
    """Return a mask on the model's grid, booleans (depth, height, width); voxels that are not zero are inside."""
    inside = torch.from_numpy((mask.voxels != 0).astype(np.float32))
    on_grid: NDArray[np.bool_] = (_on_grid(inside, spec)[0] >= 0.5).numpy()
    return on_grid


def _on_grid(voxels: Tensor, spec: VolumeInput) -> Tensor:
    """Along each axis: averaged over the voxels that a coarser grid joins, or linear between those of a finer one."""
    size = (spec.depth, spec.height, spec.width)
    depth, height, width = (min(have, want) for have, want in zip(voxels.shape, size, strict=True))
    averaged = adaptive_avg_pool3d(voxels[None, None], (depth, height, width))  # (1, 1, d, h, w)
    return interpolate(averaged, size, mode="trilinear", align_corners=False)[0].clamp(0, 1)
