"""Files that would create a marker file if anything of them ran."""

import io
import json
import zipfile
from pathlib import Path

import torch
from torch import nn


class Touching:
    """Its pickle creates a file when it is opened, and does no other harm."""

    def __init__(self, marker: Path) -> None:
        self.marker = str(marker)

    def __reduce__(self):
        return eval, (f"__import__('pathlib').Path({self.marker!r}).touch()",)


def exported(network: nn.Module | None = None) -> bytes:
    stream = io.BytesIO()
    torch.export.save(torch.export.export(network or nn.Linear(3, 2), (torch.zeros(1, 3),)), stream)
    return stream.getvalue()


def pickled(marker: Path) -> bytes:
    stream = io.BytesIO()
    torch.save(Touching(marker), stream)
    return stream.getvalue()


def _with(content: bytes, **replaced: bytes) -> bytes:
    """The archive with the members replaced whose names end so."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(stream, "w") as target:
        for member in source.namelist():
            ending = member.rsplit("/", 1)[-1]
            target.writestr(member, replaced.get(ending, source.read(member)))
    return stream.getvalue()


def sample_inputs_replaced(marker: Path) -> bytes:
    """A torch.export archive whose sample inputs are a pickle of ours: its loader opens them."""
    return _with(exported(), **{"model.pt": pickled(marker)})


def weights_pickled(marker: Path) -> bytes:
    """A torch.export archive whose configuration says that a weight is a pickle: its loader believes it."""
    content = exported()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        config = json.loads(archive.read("archive/data/weights/model_weights_config.json"))
    for entry in config["config"].values():
        entry["use_pickle"] = True
    return _with(
        content,
        **{"model_weights_config.json": json.dumps(config).encode(), "weight_0": pickled(marker)},
    )
