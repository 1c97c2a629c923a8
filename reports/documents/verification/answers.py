"""The four questions that are asked of a document, each with an answer of its own, and whom the answers trust."""

from enum import StrEnum
from typing import Literal

from auditor.explain.document import Document, Text

Kind = Literal["", "report", "letter"]


class Outcome(StrEnum):
    """What an answer comes to; unknown is not no."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Answer(Document):
    """An outcome, and one sentence that says why."""

    outcome: Outcome
    sentence: Text

    @property
    def yes(self) -> bool:
        """Whether the answer is yes."""
        return self.outcome is Outcome.YES


class Trust(Document):
    """Certificates in PEM of signers or of those who issued theirs, of time-stamp authorities, and keys of logs."""

    signers: str
    stamps: str = ""
    logs: tuple[str, ...]


class Examination(Document):
    """What the bytes alone say, held against a certificate and the key of a log that are given.

    `document` is the SHA-256 of the report or letter as it was before signing, under which the log holds it, `number`
    what people quote; both and `kind` are empty unless the third answer is yes.
    """

    intact: Answer
    trusted: Answer
    included: Answer
    document: str = ""
    kind: Kind = ""
    number: str = ""


class Standing(StrEnum):
    """Whether a document still stands."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


class Verification(Document):
    """The four answers about a file: intact, trusted, included, current."""

    intact: Answer
    trusted: Answer
    included: Answer
    current: Answer
    standing: Standing
    document: str = ""
    kind: Kind = ""
    number: str = ""

    @property
    def holds(self) -> bool:
        """Whether the first three answers are yes and the document was not withdrawn.

        One that was superseded still holds for its time; the fourth answer says by which.
        """
        first = (self.intact, self.trusted, self.included)
        return all(answer.yes for answer in first) and self.standing is not Standing.WITHDRAWN


def yes(sentence: str) -> Answer:
    """Return the answer yes."""
    return Answer(outcome=Outcome.YES, sentence=sentence)


def no(sentence: str) -> Answer:
    """Return the answer no."""
    return Answer(outcome=Outcome.NO, sentence=sentence)


def unknown(sentence: str) -> Answer:
    """Return the answer unknown."""
    return Answer(outcome=Outcome.UNKNOWN, sentence=sentence)
