"""What is said of a decision: its input by name or with its bytes, and scores out of what a model returns."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from auditor.client.errors import NotDescribed

Description = Mapping[str, Any]
"""A decision as docs/recording.md describes it: JSON's own types only."""


def named(reference: str, content: bytes | None = None) -> dict[str, str]:
    """Return an input that stays where it is, with the SHA-256 of its bytes where they are at hand."""
    digest = {} if content is None else {"sha256": sha256(content).hexdigest()}
    return {"reference": reference, **digest}


def attached(content: bytes, media_type: str, reference: str = "") -> dict[str, str]:
    """Return an input whose bytes are sent along, to be sealed under its subject's key."""
    return {"content": b64encode(content).decode(), "media_type": media_type, "reference": reference}


def as_line(description: Description) -> bytes:
    """Return a decision as one line of JSON; raises NotDescribed where JSON cannot carry it."""
    try:
        return json.dumps(description, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise NotDescribed(f"JSON cannot carry this decision: {error}.") from error


def scores_of(returned: Any, classes: Sequence[str]) -> list[dict[str, float]]:
    """Return the scores of each item that a model was asked about.

    It may have returned a tensor or an array of shape (classes) or (items, classes), lists of such shapes, or
    mappings from classes to numbers. Raises NotDescribed for anything else.
    """
    if hasattr(returned, "detach"):  # a tensor, which may need gradients and lie on a device
        returned = returned.detach()
    plain = returned.tolist() if hasattr(returned, "tolist") else returned
    if isinstance(plain, Mapping):
        return [_by_name(plain)]
    if not isinstance(plain, Sequence) or isinstance(plain, str | bytes) or not plain:
        raise NotDescribed(f"scores are a tensor, a list or a mapping, not {type(returned).__name__}.")
    if isinstance(plain[0], Mapping):
        return [_by_name(one) for one in plain]
    rows = plain if isinstance(plain[0], Sequence) else [plain]
    return [_in_order(row, classes) for row in rows]


def _by_name(scores: Mapping[Any, Any]) -> dict[str, float]:
    return {str(name): _number(score) for name, score in scores.items()}


def _in_order(row: Any, classes: Sequence[str]) -> dict[str, float]:
    if not isinstance(row, Sequence) or len(row) != len(classes):
        raise NotDescribed(
            f"there are {len(classes)} classes, and this is not a score for each: {row!r:.200}."
        )
    return {name: _number(score) for name, score in zip(classes, row, strict=True)}


def _number(score: Any) -> float:
    try:
        return float(score)
    except (TypeError, ValueError) as error:
        raise NotDescribed(f"{score!r:.50} is no score.") from error
