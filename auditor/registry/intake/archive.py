"""Zip archives of strangers: every member is judged by its name and size before one byte is extracted."""

import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath

from auditor.common.errors import Refused
from auditor.common.said import Said, say

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
            say(
                "%(file)s is not a whole zip archive (%(error)s); it may have been cut off while it was copied, so "
                "pack and send it again.",
                file=name,
                error=str(error),
            )
        ) from None
    return _content(into)


def _ignored(filename: str) -> bool:
    return any(part in _IGNORED for part in filename.replace("\\", "/").split("/"))


def _check(members: list[zipfile.ZipInfo], name: str) -> None:
    if not members:
        raise Refused(say("%(file)s is empty; pack the folder's files into it and send it again.", file=name))
    if len(members) > MAX_MEMBERS:
        raise Refused(
            say(
                "%(file)s has %(members)s members and at most %(most)s are read; split the set.",
                file=name,
                members=len(members),
                most=MAX_MEMBERS,
            )
        )
    if sum(member.file_size for member in members) > MAX_TOTAL_BYTES:
        raise Refused(
            say(
                "%(file)s would unpack to more than %(most)s GiB; split the set.",
                file=name,
                most=MAX_TOTAL_BYTES // 2**30,
            )
        )
    seen: dict[str, str] = {}
    for member in members:
        _check_member(member, name)
        folded = member.filename.rstrip("/").casefold()
        if folded in seen:
            raise Refused(
                say(
                    "%(file)s holds %(one)s and %(other)s, which are one file on many systems.",
                    file=name,
                    one=repr(member.filename),
                    other=repr(seen[folded]),
                )
            )
        seen[folded] = member.filename


def _check_member(member: zipfile.ZipInfo, name: str) -> None:
    if reason := _reason_against(member):
        raise Refused(
            say(
                "%(file)s, member %(member)s: %(reason)s; pack the folder again without it.",
                file=name,
                member=repr(member.filename),
                reason=reason,
            )
        )


def _reason_against(member: zipfile.ZipInfo) -> Said | None:
    original = getattr(member, "orig_filename", member.filename)
    path = PurePosixPath(member.filename)
    mode = member.external_attr >> 16
    if "\0" in original or any(ord(letter) < 32 for letter in original):
        return say("it has a control character in its name")
    if ".." in path.parts:
        return say("it leads out of the archive with '..'")
    if path.is_absolute() or "\\" in original or ":" in member.filename:
        return say("it has an absolute or foreign path")
    if any(part.split(".")[0].casefold() in _RESERVED for part in path.parts):
        return say("it has a name that some systems reserve for devices")
    if mode and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)) and stat.S_IFMT(mode):
        return say("it is a link or a device")
    if member.flag_bits & 0x1:
        return say("it is encrypted")
    if member.file_size > MAX_RATIO * max(member.compress_size, 1) + 2**20:
        return say("it unpacks to more than %(ratio)s times its size", ratio=MAX_RATIO)
    return None


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
        raise Refused(
            say("%(folder)s is not a folder; name the folder that holds the files.", folder=str(folder))
        )
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    if not files:
        raise Refused(say("%(folder)s holds no files.", folder=str(folder)))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in files:
            member = zipfile.ZipInfo(path.relative_to(folder).as_posix())
            member.external_attr = (stat.S_IFREG | 0o644) << 16
            with path.open("rb") as source, archive.open(member, "w", force_zip64=True) as sink:
                shutil.copyfileobj(source, sink, 1 << 20)
