"""The parent's side of intake: start the child with nothing it could misuse, and read its one answer."""

import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypeVar

from django.conf import settings
from django.utils.crypto import salted_hmac
from pydantic import ValidationError

from auditor.common.digest import sha256_file
from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.common.store import Store
from auditor.explain.conversion import Converted, Wishes
from auditor.explain.document import Document
from auditor.registry.intake.accepted import AcceptedModel, AcceptedSet, Outcome

logger = logging.getLogger(__name__)
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV")
_HERE = "auditor.registry.intake"
_Answer = TypeVar("_Answer", bound=Document)


@contextmanager
def examined(kind: str, upload: Path, name: str) -> Iterator[tuple[AcceptedModel | AcceptedSet, Store]]:
    """Examine an upload in a child; yield what was accepted and the store that holds its staged content.

    Raises Refused with the child's sentence, or with what ended the child.
    """
    with tempfile.TemporaryDirectory(prefix="retrace-intake-") as scratch:
        given = (kind, str(upload), name, _salt(upload).hex(), scratch)
        done = limited(f"{_HERE}.child", given, name, Path(scratch))
        answer = answered(Outcome, done, name)
        if answer.accepted is None:
            raise Refused(
                answer.refused
                or say("%(file)s was refused without a reason; see the worker's log.", file=name)
            )
        yield answer.accepted, Store(Path(scratch) / "content")


def converted(source: Path, wishes: Wishes, into: Path) -> Converted:
    """Convert a model in a child, and return what it wrote into a folder; raises Refused as `examined` does."""
    given = (str(source), str(into), wishes.model_dump_json())
    done = limited(f"{_HERE}.conversion", given, source.name, into)
    answer = answered(Converted, done, source.name)
    if answer.refused is not None:
        raise Refused(answer.refused)
    return answer


def _salt(upload: Path) -> bytes:
    """Return the key of an upload's pseudonyms: the same for the same bytes, of no use for others."""
    return salted_hmac("retrace.intake", sha256_file(upload), algorithm="sha256").digest()


class Limits(NamedTuple):
    """How much memory a child may take, and how long it may run."""

    memory: int
    seconds: int


def limited(
    module: str, arguments: tuple[str, ...], name: str, scratch: Path, limits: Limits | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a module in a child that limits itself by its last two arguments, and return how that ended.

    Raises Refused where it takes too long; `name` is what people call the file that the child reads.
    """
    memory, seconds = limits or (settings.INTAKE_MEMORY_BYTES, settings.INTAKE_SECONDS)
    command = [sys.executable, "-m", module, *arguments, str(memory), str(seconds)]
    environment = {key: os.environ[key] for key in _PASSED_ON if key in os.environ}
    environment |= {"HOME": str(scratch), "TMPDIR": str(scratch), "OMP_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            command, cwd=settings.BASE_DIR, env=environment, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise Refused(
            say(
                "%(file)s was not read within %(seconds)s seconds; split it, or ask for a longer limit.",
                file=name,
                seconds=seconds,
            )
        ) from None
    if done.stderr:
        logger.warning("reading %s: %s", name, done.stderr.decode(errors="replace")[-4000:])
    return done


def answered(kind: type[_Answer], done: subprocess.CompletedProcess[bytes], name: str) -> _Answer:
    """Return the one document that a child wrote; raises Refused where it ended without one."""
    try:
        return kind.model_validate_json(done.stdout)
    except ValidationError:
        raise Refused(
            say(
                "%(file)s could not be read: the process that read it ended with status %(status)s, most likely at its "
                "memory or time limit; the worker's log has the details.",
                file=name,
                status=done.returncode,
            )
        ) from None
