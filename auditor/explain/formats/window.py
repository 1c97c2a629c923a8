"""Which values of a volume become 0 and 1 for a model."""

import numpy as np

from auditor.explain.formats.axes import Volume
from auditor.explain.spec import VolumeInput

_PERCENTILES = (0.5, 99.5)


def window(volume: Volume, spec: VolumeInput) -> tuple[float, float]:
    """Return the model's `low` and `high`, or the volume's own 0.5th and 99.5th percentile, in the file's unit."""
    if spec.low is not None and spec.high is not None:
        return spec.low, spec.high
    low, high = np.percentile(volume.voxels, _PERCENTILES)
    return float(low), float(high)
