"""Why a decision is not recorded, or an event does not happen: a sentence for people, and a code for machines."""

from typing import ClassVar

from auditor.common.errors import Refused
from auditor.common.said import Said, say
from reports.decisions.state import Code


class DraftRefused(Refused):
    """A decision cannot be recorded; where this is raised, `place` says which one of a batch, counting from 0."""

    code: ClassVar[str]
    place: int = 0


class Conflict(DraftRefused):
    """The system's reference names another decision already."""

    code = "conflict"

    def __init__(self, reference: str) -> None:
        super().__init__(
            say(
                "The reference %(reference)s belongs to a decision with other content already; one that takes its "
                "place needs a reference of its own.",
                reference=reference,
            )
        )


class UnknownModel(DraftRefused):
    """No registered model version has the digest."""

    code = "unknown_model"

    def __init__(self, digest: str) -> None:
        super().__init__(
            say("No registered model version has the digest %(digest)s; register it first.", digest=digest)
        )
        self.digest = digest


class DecidedLater(DraftRefused):
    """The decision is said to have been taken after now."""

    code = "decided_later"

    def __init__(self, reference: str) -> None:
        super().__init__(
            say(
                "The decision %(reference)s cannot have been taken later than now; check the sending system's clock.",
                reference=reference,
            )
        )


class SubjectErased(DraftRefused):
    """The subject is being erased at this moment."""

    code = "subject_erased"

    def __init__(self, reference: str) -> None:
        super().__init__(
            say(
                "The subject of the decision %(reference)s is being erased; nothing about them is recorded now.",
                reference=reference,
            )
        )


class EventRefused(Refused):
    """The rules do not let an event happen; `code` says which one."""

    def __init__(self, code: Code, sentence: Said) -> None:
        super().__init__(sentence)
        self.code = code
