"""Volumes: windowed, turned and put on the model's grid; compared by the relevant region and by the cells of a grid."""

from torch import Tensor

from auditor.common.said import say
from auditor.explain.formats.volume import decode_volume, mask_on_grid, volume_input
from auditor.explain.globals.solids import SOLID_FEATURES, solid_features
from auditor.explain.modalities.base import Mask, partial_mask
from auditor.explain.modalities.gridded import Gridded
from auditor.explain.spec import VolumeInput


class Volumes(Gridded):
    """Items are stored volumes; an input is (1, depth, height, width) in [0, 1], a place is a voxel."""

    features = SOLID_FEATURES

    def __init__(self, spec: VolumeInput, grid: int) -> None:
        super().__init__((spec.depth, spec.height, spec.width), grid)
        self.spec = spec

    def read(self, content: bytes, name: str) -> Tensor:
        """Return a volume in [0, 1]; raises Refused naming it."""
        return volume_input(
            decode_volume(content, say("The volume of %(name)s", name=name)), self.spec
        ).contiguous()

    def relevant(self, content: bytes, name: str) -> Mask | None:
        """Return a mask (depth, height, width) on the model's grid."""
        return partial_mask(
            mask_on_grid(decode_volume(content, say("The mask of %(name)s", name=name)), self.spec)
        )

    def describe(self, given: Tensor, mask: Mask | None) -> dict[str, float]:
        """Return level, contrast, asymmetry, spots and the like."""
        return solid_features(given[0].cpu().numpy(), mask)
