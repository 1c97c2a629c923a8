"""The child that converts a model: it limits itself first, then opens the file, and answers with one document."""

import os
import sys
from pathlib import Path

from auditor.registry.intake.child import limit


def main(source: str, into: str, wishes: str, memory: str, seconds: str) -> None:
    """Convert one file; the answer goes to standard output, and what a trusted file prints to standard error."""
    if not limit(int(memory), int(seconds)):
        print("the network could not be taken away from this process", file=sys.stderr)  # noqa: T201
    with os.fdopen(os.dup(1), "w") as answer:
        os.dup2(2, 1)
        answer.write(_answer(Path(source), Path(into), wishes))


def _answer(source: Path, into: Path, wishes: str) -> str:
    from auditor.common.errors import RetraceError
    from auditor.explain.conversion import Converted, Wishes, convert

    try:
        return convert(source, into, Wishes.parse(wishes.encode(), name="the options")).model_dump_json()
    except RetraceError as error:
        return Converted(refused=error.sentence).model_dump_json()


if __name__ == "__main__":
    main(*sys.argv[1:])
