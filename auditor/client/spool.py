"""Decisions that wait on this machine until Retrace can be reached: a file each, in a folder."""

import json
import os
import uuid
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from auditor.client.described import Description, as_line
from auditor.client.errors import Refused, RegisterError
from auditor.client.register import MOST_LINES, Register

_WAITING, _REFUSED = ".json", ".refused"


class Spool:
    """A folder of waiting decisions, which several processes may share.

    They lie there in the clear, readable by this user alone. What Retrace refuses stays, renamed, with its reasons.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, description: Description) -> None:
        """Keep a decision until it is sent; when this returns, it is on the disk."""
        content = as_line(description)
        name = uuid.uuid4().hex
        part = self._folder / f"{name}.part"
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.rename(self._folder / f"{name}{_WAITING}")
        self._settle()

    def waiting(self) -> int:
        """Return how many decisions wait."""
        return sum(1 for _ in self._folder.glob(f"*{_WAITING}"))

    def refused(self) -> int:
        """Return how many decisions Retrace refused, for somebody to look at."""
        return sum(1 for _ in self._folder.glob(f"*{_REFUSED}"))

    def send(self, register: Register) -> int:
        """Send what waits and return how many decisions were recorded; raises RegisterError where that failed.

        Breaking off at any moment, or two that send at once, record nothing twice.
        """
        sent = 0
        for paths in self._some():
            found = register.record_good(json.loads(path.read_bytes()) for path in paths)
            for path, answer in zip(paths, found, strict=True):
                if isinstance(answer, Refused):
                    self._lay_aside(path, answer)
                else:
                    path.unlink(missing_ok=True)
                    sent += 1
        return sent

    def _some(self) -> Iterator[list[Path]]:
        paths = iter(sorted(self._folder.glob(f"*{_WAITING}")))
        while some := list(islice(paths, MOST_LINES)):
            yield some

    def _lay_aside(self, path: Path, why: RegisterError) -> None:
        aside = {"decision": json.loads(path.read_bytes()), "refused": str(why)}
        part = path.with_suffix(".part")
        part.touch(mode=0o600)
        part.write_text(json.dumps(aside))
        part.rename(path.with_suffix(_REFUSED))
        path.unlink(missing_ok=True)

    def _settle(self) -> None:
        """Let the folder's list of names reach the disk, too, where the system knows how."""
        if hasattr(os, "O_DIRECTORY"):
            folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
