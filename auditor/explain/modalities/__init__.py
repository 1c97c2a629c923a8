"""The kinds of input: how an item becomes numbers, what describes it, and which of its parts are compared."""

from auditor.explain.modalities.base import Modality, Subject
from auditor.explain.modalities.graph import Graphs
from auditor.explain.modalities.image import Images
from auditor.explain.modalities.table import Tables
from auditor.explain.modalities.volume import Volumes
from auditor.explain.spec import GraphInput, ImageInput, InputSpec, TableInput, VolumeInput

__all__ = ["Modality", "Subject", "modality_of"]


def modality_of(given: InputSpec, grid: int = 8) -> Modality:
    """Return what reads, describes and compares the items of a model's kind of input.

    `grid` is the number of cells a side in which images and volumes are compared.
    """
    match given:
        case ImageInput():
            return Images(given, grid)
        case VolumeInput():
            return Volumes(given, grid)
        case TableInput():
            return Tables(given)
        case GraphInput():
            return Graphs(given)
        case _:
            raise NotImplementedError(given.kind)
