"""Files that run code when they are opened, recognised by their content and refused by name."""

import bz2
import gzip
import io
import lzma
import pickletools
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from auditor.common.errors import Refused
from auditor.common.said import Said, say

_HEAD = 1 << 16
_TEXT_PICKLE = 1 << 20
_LEGACY_TORCH = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"
_COMPRESSED: dict[bytes, Callable[[bytes], bytes]] = {
    b"\x1f\x8b": lambda head: gzip.GzipFile(fileobj=io.BytesIO(head)).read(64),
    b"BZh": lambda head: bz2.BZ2Decompressor().decompress(head, 64),
    b"\xfd7zXZ": lambda head: lzma.LZMADecompressor().decompress(head, 64),
    b"\x5d\x00\x00": lambda head: lzma.LZMADecompressor().decompress(head, 64),
    b"\x78": lambda head: zlib.decompressobj().decompress(head, 64),
}


class Kind(StrEnum):
    """What a file is that is not read as it is."""

    HDF5 = say("an HDF5 file (Keras or another framework)")
    OBJECTS = say("a NumPy array of Python objects, a pickle")
    TORCH = say("a PyTorch archive written by torch.save, a pickle")
    OLD_TORCH = say("a PyTorch file of the old format, a pickle")
    OLDEST_TORCH = say("a PyTorch file of the first format, a pickle")
    TORCHSCRIPT = say("a TorchScript archive")
    EXPORTED = say("a torch.export archive (.pt2)")
    JOBLIB = say("a joblib file, a pickle")
    COMPRESSED = say("a compressed pickle (joblib)")
    PICKLE = say("a pickle")
    PACKED = say("an archive with a pickle in it")

    @property
    def said(self) -> Said:
        """What it is, as a part of a sentence."""
        return Said(self.value, {})


def check_not_pickle(path: Path, name: str = "") -> None:
    """Return quietly for a file that is data; raise Refused for a program or an unread model format.

    Only the content decides, never the name; nothing is unpickled. `name` is what the sentence calls it.
    """
    kind = kind_of(path)
    if kind is Kind.HDF5:
        raise Refused(
            say(
                "%(name)s is %(kind)s, which is not read yet; export the model as ONNX.",
                name=name or path.name,
                kind=kind.said,
            )
        )
    if kind is not None:
        raise Refused(
            say(
                "%(name)s is %(kind)s, which can run code when it is opened; convert it on your own machine "
                "with `python manage.py convert`, where you trust it.",
                name=name or path.name,
                kind=kind.said,
            )
        )


def kind_of(path: Path) -> Kind | None:
    """Return which program or unread model format a file is, by its content; None for data."""
    with path.open("rb") as stream:
        return _kind(stream, path.stat().st_size)


def _kind(stream: BinaryIO, size: int) -> Kind | None:
    head = stream.read(_HEAD)
    if _is_safetensors(head, size):
        return None
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        return Kind.HDF5
    if head.startswith(b"\x93NUMPY") and b"'|O'" in head[:512]:
        return Kind.OBJECTS
    if zipfile.is_zipfile(stream):
        return _zip_kind(stream)
    if head[257:262] == b"ustar":
        return _tar_kind(stream)
    return _pickle_kind(head, stream, size)


def _pickle_kind(head: bytes, stream: BinaryIO, size: int) -> Kind | None:
    if _LEGACY_TORCH in head[:32]:
        return Kind.OLD_TORCH
    if head.startswith((b"ZF0x", b"ZF")) and b"0x" in head[:4]:
        return Kind.JOBLIB
    if _is_binary_pickle(head):
        return Kind.JOBLIB if b"joblib" in head else Kind.PICKLE
    for magic, opened in _COMPRESSED.items():
        if head.startswith(magic) and _is_binary_pickle(_inside(opened, head)):
            return Kind.COMPRESSED
    if size <= _TEXT_PICKLE:
        stream.seek(0)
        if _is_text_pickle(stream.read()):
            return Kind.PICKLE
    return None


def _inside(opened: Callable[[bytes], bytes], head: bytes) -> bytes:
    try:
        return opened(head)
    except (OSError, EOFError, lzma.LZMAError, zlib.error):
        return b""  # the magic was a coincidence: not compressed data, so no pickle within


def _is_safetensors(head: bytes, size: int) -> bool:
    return head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= size - 8


def _is_binary_pickle(head: bytes) -> bool:
    """A protocol of 2 or more announces itself; its first opcodes must parse, too."""
    if len(head) < 3 or head[0] != 0x80 or not 2 <= head[1] <= 5:
        return False
    try:
        for count, (opcode, _, _) in enumerate(pickletools.genops(head)):
            if opcode.name == "STOP" or count >= 4:
                return True
    except ValueError:
        return len(head) < 16 and head[2:3] in b"\x95}]()cXUKGN\x8c"
    return False


def _is_text_pickle(content: bytes) -> bool:
    """Protocols 0 and 1 have no mark: the whole file must parse as opcodes and end with STOP."""
    last = None
    try:
        for opcode, _, position in pickletools.genops(content):
            last = (opcode.name, position)
    except (ValueError, UnicodeDecodeError, OverflowError):
        return False
    return last is not None and last[0] == "STOP" and last[1] == len(content.rstrip(b"\r\n")) - 1


def _zip_kind(stream: BinaryIO) -> Kind | None:
    try:
        with zipfile.ZipFile(stream) as archive:
            names = {member.filename for member in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None  # a broken archive is refused by whoever unpacks it
    leaves = {name.rsplit("/", 1)[-1] for name in names}
    inner = {name.split("/", 1)[-1] for name in names}
    if (
        "serialized_exported_program.json" in names
        or "archive_format" in leaves
        or "models/model.json" in inner
    ):
        return Kind.EXPORTED
    if "constants.pkl" in leaves:
        return Kind.TORCHSCRIPT
    if "data.pkl" in leaves:
        return Kind.TORCH
    if any(name.endswith((".pkl", ".pickle", ".joblib")) for name in leaves):
        return Kind.PACKED
    return None


def _tar_kind(stream: BinaryIO) -> Kind | None:
    stream.seek(0)
    try:
        with tarfile.open(fileobj=stream, mode="r:") as archive:
            names = {member.name for _, member in zip(range(64), archive, strict=False)}
    except tarfile.TarError:
        return None  # a broken archive is refused by whoever unpacks it
    if {"pickle", "storages"} <= names:
        return Kind.OLDEST_TORCH
    return None
