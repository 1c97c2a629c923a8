"""Programs are recognised by content under any name; data passes."""

import bz2
import gzip
import io
import json
import lzma
import pickle
import tarfile
import zipfile
import zlib

import joblib
import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save
from torch import nn

from auditor.common.errors import Refused
from auditor.explain.sniff import check_not_pickle
from tests.explain import toys

STATE = nn.Linear(3, 2).state_dict()
COMMAND = "convert it on your own machine with `python manage.py convert`, where you trust it"


def written(write) -> bytes:
    stream = io.BytesIO()
    write(stream)
    return stream.getvalue()


def exported() -> bytes:
    program = torch.export.export(nn.Linear(3, 2), (torch.zeros(1, 3),))
    return written(lambda stream: torch.export.save(program, stream))


def old_tar() -> bytes:
    def write(stream):
        with tarfile.open(fileobj=stream, mode="w") as archive:
            for name in ("sys_info", "pickle", "storages", "tensors"):
                archive.addfile(tarfile.TarInfo(name), io.BytesIO(b""))

    return written(write)


PICKLED = pickle.dumps(STATE)
PROGRAMS = {
    **{f"protocol {p}": (lambda p=p: pickle.dumps({"weights": [1.5, 2.5]}, protocol=p)) for p in range(6)},
    **{f"plain {value!r}": (lambda value=value: pickle.dumps(value)) for value in (None, "x", [], 7, 1.5)},
    "torch.save": lambda: written(lambda s: torch.save(STATE, s)),
    "torch.save old": lambda: written(lambda s: torch.save(STATE, s, _use_new_zipfile_serialization=False)),
    "torch.save tar": old_tar,
    "TorchScript": lambda: written(lambda s: torch.jit.save(torch.jit.script(nn.Linear(3, 2)), s)),
    "torch.export": exported,
    "joblib": lambda: written(lambda s: joblib.dump({"a": np.zeros(3)}, s)),
    "joblib zlib": lambda: written(lambda s: joblib.dump({"a": np.zeros(3)}, s, compress=3)),
    "gzip": lambda: gzip.compress(PICKLED),
    "bz2": lambda: bz2.compress(PICKLED),
    "xz": lambda: lzma.compress(PICKLED),
    "zlib": lambda: zlib.compress(PICKLED, 1),
    "object array": lambda: written(lambda s: np.save(s, np.array([{}, None]), allow_pickle=True)),
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.parametrize("name", ["weights.safetensors", "labels.csv"])
@pytest.mark.parametrize("kind", PROGRAMS)
def test_a_program_is_refused_under_any_name(tmp_path, kind, name):
    path = tmp_path / name
    path.write_bytes(PROGRAMS[kind]())
    with pytest.raises(Refused, match="which can run code when it is opened") as refused:
        check_not_pickle(path)
    assert refused.value.sentence.startswith(f"{name} is a")
    assert COMMAND in refused.value.sentence


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\x89HDF\r\n\x1a\n" + bytes(64), "an HDF5 file"),
    ],
)
def test_other_formats_are_named_for_what_they_are(tmp_path, content, what):
    path = tmp_path / "weights.safetensors"
    path.write_bytes(content)
    with pytest.raises(Refused, match=f"the upload is {what}.*is not read yet; export the model as ONNX"):
        check_not_pickle(path, "the upload")


def zipped(**members: bytes) -> bytes:
    def write(stream):
        with zipfile.ZipFile(stream, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)

    return written(write)


DATA = {
    "empty": b"",
    "text": b"id,label\na,clear\nb,finding\n",
    "json": json.dumps({"schema": "retrace-model/1"}).encode(),
    "png": toys.png(np.zeros((4, 4), np.uint8)),
    "tiff": written(lambda s: Image.fromarray(np.zeros((4, 4), np.uint8)).save(s, "TIFF")),
    "zip": zipped(**{"model/model.json": b"{}", "model/weights.safetensors": save(STATE)}),
    "array": written(lambda s: np.save(s, np.zeros(3))),
    "gzip of text": gzip.compress(b"hello"),
    "x at the start": b"x marks the spot",
}


@pytest.mark.parametrize("kind", DATA)
def test_data_passes(tmp_path, kind):
    path = tmp_path / "file"
    path.write_bytes(DATA[kind])
    check_not_pickle(path)


def test_weights_whose_length_looks_like_a_pickle_pass(tmp_path):
    """The first bytes of safetensors are a length, and 0x0480 reads like the mark of protocol 4."""
    weights = save(STATE, metadata={"note": ""})
    header = weights[8 : 8 + int.from_bytes(weights[:8], "little")]
    padded = header.ljust(0x0480)
    path = tmp_path / "weights.safetensors"
    path.write_bytes(len(padded).to_bytes(8, "little") + padded + weights[8 + len(header) :])
    assert path.read_bytes()[:2] == b"\x80\x04"
    check_not_pickle(path)
