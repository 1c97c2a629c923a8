"""Decisions as NDJSON: one JSON object a line, read piece by piece within limits."""

from collections.abc import Iterable, Iterator

from pydantic import ValidationError

from auditor.common.errors import Refused
from auditor.common.said import say
from reports.decisions.recording.draft import DecisionDraft
from reports.decisions.recording.rows import Given, Mistake, Row, mistakes_in

MOST_LINES = 10_000
LARGEST_LINE = 4 * 2**20
TOO_LONG = "too_long"


class TooManyLines(Refused):
    """A batch has more lines than are taken at once."""

    def __init__(self, most: int) -> None:
        super().__init__(
            say("A batch has at most %(most)s lines; send the others in batches of their own.", most=most)
        )


def decisions_of_lines(
    pieces: Iterable[bytes], *, largest: int = LARGEST_LINE, most: int = MOST_LINES
) -> Iterator[Row]:
    """Yield what each line of NDJSON holds, empty lines left out; raises TooManyLines."""
    for number, line in numbered_lines(pieces, largest=largest, most=most):
        if line is None:
            sentence = say(
                "The line has more than %(largest)s bytes; name the input instead of sending it.",
                largest=largest,
            )
            yield Mistake(number, "", TOO_LONG, sentence)
        elif line.strip():
            yield from decision_of(number, line)


def decision_of(number: int, line: bytes) -> Iterator[Row]:
    """Yield the decision that JSON holds, or what is wrong with it."""
    try:
        draft = DecisionDraft.model_validate_json(line)
    except ValidationError as error:
        yield from mistakes_in(number, error)
    else:
        yield Given(number, draft)


def numbered_lines(pieces: Iterable[bytes], *, largest: int, most: int) -> Iterator[tuple[int, bytes | None]]:
    """Yield lines with their numbers from 1 on, None for one that is too long; raises TooManyLines.

    No more than the longest line and one piece are held at a time. What follows the last line break is a line
    where it is not empty.
    """
    held, number = bytearray(), 1
    for piece in pieces:
        for place, part in enumerate(piece.split(b"\n")):
            if place:
                yield number, _whole(held, largest)
                held.clear()
                number += 1
            if number > most + (not part):  # a line break may follow the last line
                raise TooManyLines(most)
            held += part[: largest + 1 - len(held)]
    if held:
        yield number, _whole(held, largest)


def _whole(held: bytearray, largest: int) -> bytes | None:
    return bytes(held) if len(held) <= largest else None
