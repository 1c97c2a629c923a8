"""What the items of a set are, one kind a file: where their content lies and what is stored of it."""

from pathlib import Path

from auditor.explain.spec import Modality
from auditor.registry.intake.kinds.base import Content, Reader
from auditor.registry.intake.kinds.graphs import Graphs
from auditor.registry.intake.kinds.images import Images
from auditor.registry.intake.kinds.tables import Tables
from auditor.registry.intake.kinds.volumes import Volumes

__all__ = ["Content", "Reader", "reader"]

_READERS: dict[Modality, type[Reader]] = {
    "graph": Graphs,
    "image": Images,
    "table": Tables,
    "volume": Volumes,
}


def reader(kind: Modality, folder: Path, salt: bytes) -> Reader:
    """Return what reads the items of a set's folder; `salt` keys the pseudonyms of people in its files."""
    return _READERS[kind](folder, salt)
