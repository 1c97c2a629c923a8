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
from pathlib import Path
from typing import BinaryIO

from auditor.common.errors import Refused

_HEAD = 1 << 16
_TEXT_PICKLE = 1 << 20
_LEGACY_TORCH = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"
_CONVERT = (
    "where you trust it, load it and save the weights alone with "
    "safetensors.torch.save_file(model.state_dict(), 'weights.safetensors')"
)
_COMPRESSED: dict[bytes, Callable[[bytes], bytes]] = {
    b"\x1f\x8b": lambda head: gzip.GzipFile(fileobj=io.BytesIO(head)).read(64),
    b"BZh": lambda head: bz2.BZ2Decompressor().decompress(head, 64),
    b"\xfd7zXZ": lambda head: lzma.LZMADecompressor().decompress(head, 64),
    b"\x5d\x00\x00": lambda head: lzma.LZMADecompressor().decompress(head, 64),
    b"\x78": lambda head: zlib.decompressobj().decompress(head, 64),
}


def check_not_pickle(path: Path, name: str = "") -> None:
    """Return quietly for a file that is data; raise Refused for a program or an unread model format.

    Only the content decides, never the name; nothing is unpickled. `name` is what the sentence calls it.
    """
    with path.open("rb") as stream:
        kind = _kind(stream, path.stat().st_size)
    if kind is None:
        return
    what, executable = kind
    why = "which can run code when it is opened" if executable else "which is not read yet"
    raise Refused(f"{name or path.name} is {what}, {why}; {_CONVERT}.")


def _kind(stream: BinaryIO, size: int) -> tuple[str, bool] | None:
    head = stream.read(_HEAD)
    if _is_safetensors(head, size):
        return None
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        return "an HDF5 file (Keras or another framework)", False
    if head.startswith(b"\x93NUMPY") and b"'|O'" in head[:512]:
        return "a NumPy array of Python objects, a pickle", True
    if zipfile.is_zipfile(stream):
        return _zip_kind(stream)
    if head[257:262] == b"ustar":
        return _tar_kind(stream)
    return _pickle_kind(head, stream, size)


def _pickle_kind(head: bytes, stream: BinaryIO, size: int) -> tuple[str, bool] | None:
    if _LEGACY_TORCH in head[:32]:
        return "a PyTorch file of the old format, a pickle", True
    if head.startswith((b"ZF0x", b"ZF")) and b"0x" in head[:4]:
        return "a joblib file, a pickle", True
    if _is_binary_pickle(head):
        return ("a joblib file, a pickle" if b"joblib" in head else "a pickle"), True
    for magic, opened in _COMPRESSED.items():
        if head.startswith(magic) and _is_binary_pickle(_inside(opened, head)):
            return "a compressed pickle (joblib)", True
    if size <= _TEXT_PICKLE:
        stream.seek(0)
        if _is_text_pickle(stream.read()):
            return "a pickle", True
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


def _zip_kind(stream: BinaryIO) -> tuple[str, bool] | None:
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
        return "a torch.export archive (.pt2)", True
    if "constants.pkl" in leaves:
        return "a TorchScript archive", True
    if "data.pkl" in leaves:
        return "a PyTorch archive written by torch.save, a pickle", True
    if any(name.endswith((".pkl", ".pickle", ".joblib")) for name in leaves):
        return "an archive with a pickle in it", True
    return None


def _tar_kind(stream: BinaryIO) -> tuple[str, bool] | None:
    stream.seek(0)
    try:
        with tarfile.open(fileobj=stream, mode="r:") as archive:
            names = {member.name for _, member in zip(range(64), archive, strict=False)}
    except tarfile.TarError:
        return None  # a broken archive is refused by whoever unpacks it
    if {"pickle", "storages"} <= names:
        return "a PyTorch file of the first format, a pickle", True
    return None
