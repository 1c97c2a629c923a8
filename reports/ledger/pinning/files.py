"""Pins in a file, best on another volume: JSON lines, one a checkpoint, only ever appended to."""

import json
import os
from pathlib import Path
from typing import NamedTuple

from auditor.common.clock import timestamp, utc_now
from auditor.common.errors import Corrupt, RetraceError
from auditor.common.said import say


class File(NamedTuple):
    """The file at a path."""

    path: str

    @property
    def name(self) -> str:
        """Return the path."""
        return self.path

    def keep(self, note: str) -> None:
        """Append a checkpoint, durably; raises RetraceError where the file cannot be written."""
        line = json.dumps({"checkpoint": note, "pinned_at": timestamp(utc_now())}, ensure_ascii=False) + "\n"
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "wb", buffering=0) as stream:
                stream.write(line.encode())
                os.fsync(descriptor)
        except OSError as error:
            raise self._failed(error) from error

    def kept(self) -> list[str]:
        """Return the checkpoints, none where there is no file yet; raises RetraceError, Corrupt for other content."""
        path = Path(self.path)
        try:
            lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
            return [str(json.loads(line)["checkpoint"]) for line in lines]
        except OSError as error:
            raise self._failed(error) from error
        except (ValueError, KeyError, TypeError) as error:
            raise Corrupt(
                say(
                    "%(path)s holds something else than pinned checkpoints; see who changed it.",
                    path=self.path,
                )
            ) from error

    def _failed(self, error: OSError) -> RetraceError:
        return RetraceError(
            say(
                "%(path)s could not be used for pins: %(why)s.",
                path=self.path,
                why=error.strerror or str(error),
            )
        )
