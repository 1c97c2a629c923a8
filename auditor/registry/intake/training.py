"""Reading the list of what a model was trained on: a SHA-256 a line."""

import re
from pathlib import Path

from auditor.common.errors import Refused

_DIGEST = re.compile("[0-9a-fA-F]{64}")
_MOST_BYTES = 1 << 30


def read_training(path: Path, name: str) -> list[str]:
    """Return the digests of a list in order, each once.

    A line is a SHA-256 in hexadecimal; what follows it after a space, as the name that sha256sum writes, is dropped,
    and so are empty lines and what follows a #. Raises Refused naming the line that is none, and for a list of nothing.
    """
    if not path.is_file():
        raise Refused(f"model.json, field training: the folder has no file {name!r}.")
    if path.stat().st_size > _MOST_BYTES:
        raise Refused(f"{name} has more than {_MOST_BYTES >> 20} MiB; list every item once.")
    found = set()
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            if words := line.partition("#")[0].split():
                if not _DIGEST.fullmatch(words[0]):
                    raise Refused(
                        f"{name}, line {number}: {words[0][:80]!r} is not a SHA-256 of 64 hexadecimal digits."
                    )
                found.add(words[0].lower())
    if not found:
        raise Refused(
            f"{name} lists nothing; leave the field training out of model.json where nothing is known."
        )
    return sorted(found)
