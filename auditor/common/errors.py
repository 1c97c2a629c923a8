"""Errors that are written for people: what is wrong, where, and the way out."""


class RetraceError(Exception):
    """Base of every error that may be shown to a person; its text is one plain sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Refused(RetraceError):
    """What was handed in is not accepted; nothing of it was kept."""


class NotFound(RetraceError):
    """What was asked for is not in the store or the register."""


class Corrupt(RetraceError):
    """Stored bytes no longer match the digest that names them."""
