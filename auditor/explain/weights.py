"""Weights from safetensors: a bounded header, and a strict comparison before anything is assigned."""

import difflib
import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_bytes
from safetensors.torch import load_file
from torch import Tensor, nn

from auditor.common.errors import Refused
from auditor.common.said import say

_MOST_HEADER = 16 * 2**20
_MOST_TENSORS = 100_000
_BITS = {"BOOL": 8, "U8": 8, "I8": 8, "U16": 16, "I16": 16, "F16": 16, "BF16": 16, "U32": 32, "I32": 32}
_BITS |= {"F32": 32, "U64": 64, "I64": 64, "F64": 64, "C64": 64, "F8_E4M3": 8, "F8_E5M2": 8}


def read_weights(source: bytes | Path, name: str) -> dict[str, Tensor]:
    """Return the tensors of a safetensors file; raises Refused naming the file and what is wrong with it."""
    _check_header(*_head_and_size(source), name)
    try:
        return load_bytes(source) if isinstance(source, bytes) else load_file(source)
    except (SafetensorError, ValueError, RuntimeError, KeyError) as error:
        raise Refused(
            say(
                "%(name)s is not a valid safetensors file (%(problem)s); save the weights again.",
                name=name,
                problem=str(error),
            )
        ) from error


def check_fit(network: nn.Module, weights: Mapping[str, Tensor], name: str) -> None:
    """Return if keys, shapes and dtypes are the network's; raises Refused naming the first difference."""
    expected = network.state_dict()
    for key, tensor in expected.items():
        if key not in weights:
            near = difflib.get_close_matches(key, [k for k in weights if k not in expected], n=1)
            hint = say("; the file has %(near)s", near=repr(near[0])) if near else ""
            raise Refused(
                say(
                    "%(name)s has no %(key)s, which the architecture needs%(hint)s; check the architecture.",
                    name=name,
                    key=repr(key),
                    hint=hint,
                )
            )
        found = weights[key]
        if found.shape != tensor.shape:
            raise Refused(
                say(
                    "%(name)s: %(key)s has the shape %(found)s and the architecture needs %(needed)s; check "
                    "the config in model.json.",
                    name=name,
                    key=repr(key),
                    found=str(tuple(found.shape)),
                    needed=str(tuple(tensor.shape)),
                )
            )
        if found.dtype != tensor.dtype:
            raise Refused(
                say(
                    "%(name)s: %(key)s is %(found)s and the architecture needs %(needed)s; convert the "
                    "weights before saving them.",
                    name=name,
                    key=repr(key),
                    found=_dtype(found),
                    needed=_dtype(tensor),
                )
            )
    for key in weights:
        if key not in expected:
            raise Refused(
                say(
                    "%(name)s has %(key)s, which the architecture does not know; check the architecture.",
                    name=name,
                    key=repr(key),
                )
            )


def _dtype(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _head_and_size(source: bytes | Path) -> tuple[bytes, int]:
    if isinstance(source, bytes):
        return source[: 8 + _MOST_HEADER], len(source)
    with source.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        length = int.from_bytes(stream.read(8), "little")
        stream.seek(0)
        return stream.read(8 + min(length, _MOST_HEADER)), size


def _check_header(head: bytes, size: int, name: str) -> None:
    length = int.from_bytes(head[:8], "little")
    if len(head) < 8 or length > size - 8 or head[8:9] != b"{":
        raise Refused(
            say(
                "%(name)s is not a safetensors file, or it was cut short; save or upload it again.", name=name
            )
        )
    if length > _MOST_HEADER:
        raise Refused(
            say(
                "%(name)s has a header of %(length)s bytes, and at most %(most)s are read.",
                name=name,
                length=length,
                most=_MOST_HEADER,
            )
        )
    try:
        header: Any = json.loads(head[8 : 8 + length])
    except (ValueError, RecursionError) as error:
        raise Refused(
            say("%(name)s has a header that is not JSON; save the weights again.", name=name)
        ) from error
    tensors = {key: entry for key, entry in header.items() if key != "__metadata__"}
    if len(tensors) > _MOST_TENSORS:
        raise Refused(
            say(
                "%(name)s names %(tensors)s tensors, and at most %(most)s are read.",
                name=name,
                tensors=len(tensors),
                most=_MOST_TENSORS,
            )
        )
    for key, entry in tensors.items():
        _check_entry(key, entry, size - 8 - length, name)


def _check_entry(key: str, entry: Any, room: int, name: str) -> None:
    try:
        bits, shape = _BITS[entry["dtype"]], [int(side) for side in entry["shape"]]
        first, last = (int(offset) for offset in entry["data_offsets"])
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(
            say(
                "%(name)s describes %(key)s wrongly or with an unknown dtype; save it again.",
                name=name,
                key=repr(key),
            )
        ) from error
    if min([first, *shape]) < 0 or last > room or (last - first) * 8 != math.prod(shape) * bits:
        raise Refused(
            say(
                "%(name)s places %(key)s outside the file or with a wrong length; save or upload it again.",
                name=name,
                key=repr(key),
            )
        )


def fill_buffers(network: nn.Module, reference: nn.Module) -> None:
    """Copy the buffers that no weights file carries (still on the meta device) from a built network."""
    values = dict(reference.named_buffers())
    for path, module in network.named_modules():
        for key, buffer in module.named_buffers(recurse=False):
            if buffer.is_meta:
                setattr(module, key, values[f"{path}.{key}" if path else key].detach().clone())


def has_meta_buffers(network: nn.Module) -> bool:
    """Say whether some buffer still lacks its values."""
    return any(buffer.device == torch.device("meta") for buffer in network.buffers())
