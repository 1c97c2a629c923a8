"""Zip archives of strangers: every member is judged by its name and size before one byte is extracted."""

import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath

from auditor.common.errors import Refused

MAX_MEMBERS = 200_000
MAX_TOTAL_BYTES = 64 * 2**30
MAX_RATIO = 200
_RESERVED = {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)}
_IGNORED = {"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"}


def extract(upload: Path, name: str, into: Path) -> Path:
    """Extract a checked archive and return the folder that holds its content.

    An archive whose content lies in one folder is answered with that folder. Raises Refused for anything that is
    not a whole zip of plain files with harmless names.
    """
    try:
        with zipfile.ZipFile(upload) as archive:
            members = [member for member in archive.infolist() if not _ignored(member.filename)]
            _check(members, name)
            for member in members:
                if not member.is_dir():
                    _extract_one(archive, member, into)
    except (zipfile.BadZipFile, EOFError, zipfile.zlib.error, NotImplementedError, RuntimeError) as error:  # type: ignore[attr-defined]
        raise Refused(
            f"{name} is not a whole zip archive ({error}); it may have been cut off while it was copied, so pack "
            "and send it again."
        ) from None
    return _content(into)


def _ignored(filename: str) -> bool:
    return any(part in _IGNORED for part in filename.replace("\\", "/").split("/"))


def _check(members: list[zipfile.ZipInfo], name: str) -> None:
    if not members:
        raise Refused(f"{name} is empty; pack the folder's files into it and send it again.")
    if len(members) > MAX_MEMBERS:
        raise Refused(f"{name} has {len(members)} members and at most {MAX_MEMBERS} are read; split the set.")
    if sum(member.file_size for member in members) > MAX_TOTAL_BYTES:
        raise Refused(f"{name} would unpack to more than {MAX_TOTAL_BYTES // 2**30} GiB; split the set.")
    seen: dict[str, str] = {}
    for member in members:
        _check_member(member, name)
        folded = member.filename.rstrip("/").casefold()
        if folded in seen:
            raise Refused(
                f"{name} holds {member.filename!r} and {seen[folded]!r}, which are one file on many systems."
            )
        seen[folded] = member.filename


def _check_member(member: zipfile.ZipInfo, name: str) -> None:
    original = getattr(member, "orig_filename", member.filename)
    path = PurePosixPath(member.filename)
    mode = member.external_attr >> 16
    reason = None
    if "\0" in original or any(ord(letter) < 32 for letter in original):
        reason = "has a control character in its name"
    elif ".." in path.parts:
        reason = "leads out of the archive with '..'"
    elif path.is_absolute() or "\\" in original or ":" in member.filename:
        reason = "has an absolute or foreign path"
    elif any(part.split(".")[0].casefold() in _RESERVED for part in path.parts):
        reason = "has a name that some systems reserve for devices"
    elif mode and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)) and stat.S_IFMT(mode):
        reason = "is a link or a device"
    elif member.flag_bits & 0x1:
        reason = "is encrypted"
    elif member.file_size > MAX_RATIO * max(member.compress_size, 1) + 2**20:
        reason = f"unpacks to more than {MAX_RATIO} times its size"
    if reason:
        raise Refused(f"{name}: member {member.filename!r} {reason}; pack the folder again without it.")


def _extract_one(archive: zipfile.ZipFile, member: zipfile.ZipInfo, into: Path) -> None:
    target = into / member.filename
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as source, target.open("xb") as sink:
        shutil.copyfileobj(source, sink, 1 << 20)


def _content(folder: Path) -> Path:
    inside = list(folder.iterdir())
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else folder


def pack(folder: Path, target: Path) -> None:
    """Write the plain files of a folder into a zip, uncompressed, the same bytes for the same files.

    Raises Refused if the folder is absent or empty.
    """
    if not folder.is_dir():
        raise Refused(f"{folder} is not a folder; name the folder that holds the files.")
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    if not files:
        raise Refused(f"{folder} holds no files.")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in files:
            member = zipfile.ZipInfo(path.relative_to(folder).as_posix())
            member.external_attr = (stat.S_IFREG | 0o644) << 16
            with path.open("rb") as source, archive.open(member, "w", force_zip64=True) as sink:
                shutil.copyfileobj(source, sink, 1 << 20)
