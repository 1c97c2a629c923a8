"""Drawing all parts: this process and, where it pays, helpers that take parts from the same folder."""

import gc
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

from auditor.common.errors import RetraceError
from auditor.common.said import from_json, say
from auditor.common.store import Store
from reports.documents.plates.drawing import draw
from reports.documents.plates.jobs import Job

_OBJECTS = 20_000  # a fifth of the time, for about 30 MB
_WORTH = 3  # parts for each further process, whose start costs about as much as one


def lay_out(jobs: Iterable[Job], folder: Path) -> list[Path]:
    """Write the jobs into a folder and return where their parts will lie, in their order."""
    parts = []
    for number, job in enumerate(jobs):
        path = folder / f"{number:05d}.json"
        path.write_bytes(job.to_bytes())
        parts.append(path.with_suffix(".pdf"))
    return parts


def work(folder: Path, store: Store) -> None:
    """Draw parts that nobody has taken until none is left; raises RetraceError where one cannot be drawn."""
    with _rarely_collecting():
        for path in sorted(folder.glob("*.json")):
            if _taken(path):
                draw(Job.parse(path.read_bytes(), name=path.name), store, path.with_suffix(".pdf"))


@contextmanager
def helpers(parts: int, folder: Path, store: Store) -> Iterator[None]:
    """Let further processes draw parts during the block, and wait for them at its end.

    Raises RetraceError with their sentence where one of them failed.
    """
    count = min(settings.RENDER_PROCESSES, 1 + parts // _WORTH) - 1
    command = [sys.executable, "-m", "reports.documents.plates", str(folder), str(store.root)]
    started = [
        subprocess.Popen(command, cwd=settings.BASE_DIR, stderr=subprocess.PIPE, text=True)
        for _one in range(count)
    ]
    try:
        yield
        for process in started:
            complaint = process.communicate()[1].strip()
            if process.returncode:
                raise RetraceError(_sentence(complaint.rpartition("\n")[2]))
    finally:
        for process in started:
            if process.poll() is None:
                process.kill()
                process.communicate()


@contextmanager
def _rarely_collecting() -> Iterator[None]:
    """Let Python look for garbage less often: nearly all that a part makes lives until its file is written."""
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _sentence(line: str) -> str:
    """Return the sentence in the last line of a helper that failed, or one about it where it says something else."""
    with suppress(ValueError):
        found = from_json(json.loads(line))
        if isinstance(found, str):
            return found
    return say("A part of the report was not drawn (%(why)s); ask for the report again.", why=line or "?")


def _taken(path: Path) -> bool:
    """Claim a job; exactly one process gets True."""
    with suppress(FileExistsError):
        path.with_suffix(".taken").touch(exist_ok=False)
        return True
    return False
