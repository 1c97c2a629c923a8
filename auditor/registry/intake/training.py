"""Reading the list of what a model was trained on: a SHA-256 a line."""

import re
from pathlib import Path

from auditor.common.errors import Refused
from auditor.common.said import say

_DIGEST = re.compile("[0-9a-fA-F]{64}")
_MOST_BYTES = 1 << 30


def read_training(path: Path, name: str) -> list[str]:
    """Return the digests of a list in order, each once.

    A line is a SHA-256 in hexadecimal; what follows it after a space, as the name that sha256sum writes, is dropped,
    and so are empty lines and what follows a #. Raises Refused naming the line that is none, and for a list of nothing.
    """
    if not path.is_file():
        raise Refused(say("model.json, field training: the folder has no file %(file)s.", file=repr(name)))
    if path.stat().st_size > _MOST_BYTES:
        raise Refused(
            say(
                "%(file)s has more than %(most)s MiB; list every item once.",
                file=name,
                most=_MOST_BYTES >> 20,
            )
        )
    found = set()
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            if words := line.partition("#")[0].split():
                if not _DIGEST.fullmatch(words[0]):
                    raise Refused(
                        say(
                            "%(file)s, line %(line)s: %(found)s is not a SHA-256 of 64 hexadecimal digits.",
                            file=name,
                            line=number,
                            found=repr(words[0][:80]),
                        )
                    )
                found.add(words[0].lower())
    if not found:
        raise Refused(
            say(
                "%(file)s lists nothing; leave the field training out of model.json where nothing is known.",
                file=name,
            )
        )
    return sorted(found)
