"""Why a decision is not in the register."""

from collections.abc import Mapping
from typing import Any


class RegisterError(Exception):
    """A decision is not in the register."""


class Unreachable(RegisterError):
    """Retrace did not answer, or said that it cannot at present; whether it recorded, a repeat tells."""


class NotDescribed(RegisterError):
    """What was handed over is no description of a decision."""


class Refused(RegisterError):
    """Retrace refused; `kind` is the end of the problem's type, `errors` names lines and fields."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(str(problem.get("detail") or f"Retrace answered {status}."))
        self.status = status
        self.kind = str(problem.get("type", "")).removeprefix("urn:retrace:problem:")
        self.errors: list[dict[str, Any]] = list(problem.get("errors", ()))
