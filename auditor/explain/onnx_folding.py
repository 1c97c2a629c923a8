"""ONNX models whose data lies in files beside them, folded into one file; nothing outside of their folder is read."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import onnx
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, EncodeError, Message
from onnx import TensorProto, helper
from onnx.external_data_helper import uses_external_data

from auditor.common.errors import Refused
from auditor.common.said import say

_MOST = 2**31 - 2**16  # one protobuf message holds less than 2 GiB
_PACKED = {"INT4": 4, "UINT4": 4, "FLOAT4E2M1": 4, "INT2": 2, "UINT2": 2}
_Part = TypeVar("_Part", bound=Message)


def parts(message: Message, kind: type[_Part]) -> Iterator[_Part]:
    """Yield every message of one kind, however deep inside of a message."""
    if isinstance(message, kind):
        yield message
    for field, value in message.ListFields():
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            for inner in value if field.is_repeated else (value,):
                yield from parts(inner, kind)


def folded(path: Path) -> bytes:
    """Return an ONNX model with the data of the files beside it inside; a model in one file is returned as it is.

    Raises Refused for a file that is no ONNX model, data in another folder or behind a link, data that lies outside
    of its file or has another length than its tensor, or more than one protobuf message holds (2 GiB).
    """
    if path.stat().st_size > _MOST:
        raise _too_large(path.name)
    content = path.read_bytes()
    try:
        model = onnx.load_model_from_string(content)
    except DecodeError as error:
        raise Refused(
            say(
                "%(name)s is not a valid ONNX model (%(problem)s).",
                name=path.name,
                problem=str(error).splitlines()[0][:150],
            )
        ) from error
    outside = [tensor for tensor in parts(model, TensorProto) if uses_external_data(tensor)]
    if not outside:
        return content
    placed = [(tensor, *_place(tensor, path)) for tensor in outside]
    if len(content) + sum(length for *_, length in placed) > _MOST:
        raise _too_large(path.name)
    for tensor, beside, offset, length in placed:
        with beside.open("rb") as stream:
            stream.seek(offset)
            tensor.raw_data = stream.read(length)
        tensor.ClearField("external_data")
        tensor.data_location = TensorProto.DEFAULT
    try:
        return bytes(model.SerializeToString())
    except (EncodeError, ValueError) as error:
        raise _too_large(path.name) from error


def _too_large(name: str) -> Refused:
    return Refused(
        say(
            "%(name)s has 2 GiB or more with its data, more than one ONNX file holds; export it with "
            "smaller numbers (float16), or hand its weights in as safetensors with an architecture.",
            name=name,
        )
    )


def _place(tensor: TensorProto, path: Path) -> tuple[Path, int, int]:
    """Return the file, offset and length of a tensor's data, in bytes."""
    entries = {entry.key: entry.value for entry in tensor.external_data}
    beside = _beside(entries.get("location", ""), tensor.name, path)
    size, needed = beside.stat().st_size, _bytes(tensor, path.name)
    try:
        offset = int(entries.get("offset", "0"))
        length = int(entries.get("length", str(size - offset)))
    except ValueError:
        raise Refused(
            say(
                "%(name)s: the place of %(tensor)s in %(beside)s is no number.",
                name=path.name,
                tensor=repr(tensor.name),
                beside=beside.name,
            )
        ) from None
    if length != needed or not 0 <= offset <= size - length:
        raise Refused(
            say(
                "%(name)s: %(tensor)s needs %(needed)s bytes and is said to have %(length)s at "
                "%(offset)s of the %(size)s of %(beside)s; export the model again.",
                name=path.name,
                tensor=repr(tensor.name),
                needed=needed,
                length=length,
                offset=offset,
                size=size,
                beside=beside.name,
            )
        )
    return beside, offset, length


def _beside(location: str | bytes, tensor: str, path: Path) -> Path:
    if (
        not isinstance(location, str)
        or not location
        or location in (".", "..")
        or set(location) & set("/\\:\0")
    ):
        raise Refused(
            say(
                "%(name)s keeps %(tensor)s in %(location)s; only a plain file name in the model's own "
                "folder is read.",
                name=path.name,
                tensor=repr(tensor),
                location=repr(location),
            )
        )
    beside = path.parent / location
    if beside.is_symlink() or not beside.is_file():
        raise Refused(
            say(
                "%(name)s keeps %(tensor)s in %(location)s, and the model's folder has no such file (a "
                "link is none).",
                name=path.name,
                tensor=repr(tensor),
                location=repr(location),
            )
        )
    return beside


def _bytes(tensor: TensorProto, name: str) -> int:
    try:
        kind = TensorProto.DataType.Name(tensor.data_type)
        bits = _PACKED.get(kind) or helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize * 8
    except (KeyError, ValueError, TypeError):
        kind, bits = "", 0
    if not bits or kind == "STRING" or min(tensor.dims, default=0) < 0:
        raise Refused(
            say(
                "%(name)s: %(tensor)s has a shape or a type that cannot lie in another file.",
                name=name,
                tensor=repr(tensor.name),
            )
        )
    return int(-(-math.prod(tensor.dims) * bits // 8))
