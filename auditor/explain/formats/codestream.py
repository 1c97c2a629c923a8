"""Compressed frames looked at before a decoder sees them: their size, and the comments that they carry."""

from collections.abc import Iterator

_JPEG, _J2K, _JP2 = b"\xff\xd8", b"\xff\x4f", b"\x00\x00\x00\x0cjP  "
_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC} | {0xF7}  # ITU-T T.81 table B.1; 0xF7 is JPEG-LS
_LAST = {0xDA, 0x90, 0xD9}  # start of scan, start of a JPEG 2000 tile part, end of image
_COMMENTS = {0xFE, 0x64, *range(0xE1, 0xEE), 0xEF}  # COM, and APPn but for JFIF and Adobe's colour transform


def stated_size(frame: bytes) -> tuple[int, int] | None:
    """Return (rows, columns) as the codestream itself states them, or None where it states none."""
    start = _codestream(frame)
    for marker, position, length in _segments(frame, start):
        inside = frame[position : position + length]
        if frame[start : start + 2] == _J2K and marker == 0x51 and length >= 18:
            right, bottom, left, top = (int.from_bytes(inside[at : at + 4]) for at in (2, 6, 10, 14))
            return bottom - top, right - left
        if frame[start : start + 2] == _JPEG and marker in _SOF and length >= 5:
            return int.from_bytes(inside[1:3]), int.from_bytes(inside[3:5])
    return None


def without_comments(encapsulated: bytes) -> bytes:
    """Return encapsulated pixel data (PS3.5, A.4) of the same length with comments and metadata zeroed.

    Only markers before the first scan or tile are looked at; no coded pixel changes.
    """
    cleaned = bytearray(encapsulated)
    position = 0
    while encapsulated[position : position + 4] == b"\xfe\xff\x00\xe0":
        length = int.from_bytes(encapsulated[position + 4 : position + 8], "little")
        fragment = encapsulated[position + 8 : position + 8 + length]
        for marker, start, size in _segments(fragment, _codestream(fragment)):
            if marker in _COMMENTS:
                kept = 2 if marker == 0x64 else 0  # JPEG 2000 says first how to read the comment
                at = position + 8 + start
                cleaned[at + kept : at + size] = bytes(max(size - kept, 0))
        position += 8 + length
    return bytes(cleaned)


def _codestream(frame: bytes) -> int:
    """Where the codestream starts: at once, or in the jp2c box of a JP2 file."""
    if not frame.startswith(_JP2):
        return 0
    position = 12
    while position + 8 <= len(frame):
        length = int.from_bytes(frame[position : position + 4])
        if frame[position + 4 : position + 8] == b"jp2c":
            return position + 8
        if length < 8:
            break
        position += length
    return len(frame)


def _segments(frame: bytes, start: int) -> Iterator[tuple[int, int, int]]:
    """Yield (marker, where its content starts, the content's length) of the segments before the first scan."""
    if frame[start : start + 2] not in (_JPEG, _J2K):
        return
    position = start + 2
    while position + 4 <= len(frame) and frame[position] == 0xFF and frame[position + 1] not in _LAST:
        if frame[position + 1] == 0xFF:  # a fill byte
            position += 1
            continue
        length = int.from_bytes(frame[position + 2 : position + 4])
        if length < 2:
            return
        yield frame[position + 1], position + 4, min(length - 2, len(frame) - position - 4)
        position += 2 + length
