"""Importing a file of decisions: read and recorded as the batches of the API are."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from auditor.common.errors import Refused
from auditor.common.said import say
from reports.decisions.models import SendingSystem
from reports.decisions.recording.batch import record_rows
from reports.decisions.recording.columns import decisions_of_rows
from reports.decisions.recording.ndjson import MOST_LINES
from reports.decisions.recording.rows import Mistake, Row


class Imported(NamedTuple):
    """What became of the rows of a file."""

    new: int
    repeated: int
    mistakes: tuple[Mistake, ...]

    @property
    def refused(self) -> int:
        """Return how many rows were not recorded."""
        return len({one.line for one in self.mistakes})


def import_file(path: Path, system: SendingSystem, *, keep: bool) -> Imported:
    """Record the decisions of a CSV file and return what became of its rows.

    Without `keep` all of them are recorded in one transaction, or none; then a file has at most 10,000 rows. With it
    they are recorded in batches of so many; whoever breaks off and imports again gets each of them once. Raises
    Refused for a file that cannot be read, BatchRefused and TooManyLines.
    """
    new, repeated, mistakes = 0, 0, list[Mistake]()
    rows = decisions_of_rows(_lines(path), most=None if keep else MOST_LINES)
    for some in _batches(rows) if keep else [list(rows)]:
        batch = record_rows(system, some, keep=keep)
        again = sum(one.repeated for _, one in batch.recorded)
        repeated += again
        new += len(batch.recorded) - again
        mistakes += batch.mistakes
    return Imported(new, repeated, tuple(mistakes))


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while some := list(islice(rows, MOST_LINES)):
        yield some


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            yield from lines
    except OSError as error:
        raise Refused(
            say("%(path)s cannot be read: %(problem)s.", path=str(path), problem=error.strerror or str(error))
        ) from error
    except UnicodeDecodeError as error:
        raise Refused(
            say("%(path)s is not text in UTF-8; save it so and try again.", path=str(path))
        ) from error
