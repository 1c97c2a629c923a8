"""Reasons and statements that people write."""

from auditor.common.errors import Refused
from auditor.common.said import say

LONGEST = 2000


def written(text: str, missing: str) -> str:
    """Return a text without blanks around it; raises Refused with `missing` for none, and for one that is too long."""
    cleaned = text.replace("\r\n", "\n").strip()
    if not cleaned:
        raise Refused(missing)
    if len(cleaned) > LONGEST:
        raise Refused(say("Write at most %(n)s characters.", n=LONGEST))
    if "\x00" in cleaned:
        raise Refused(say("The text holds a character that is not text."))
    return cleaned
