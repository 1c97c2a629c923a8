"""The signature of a webhook: HMAC-SHA256 over the time and the body, by a secret of the schedule's own."""

import hashlib
import hmac
import re

from auditor.common.errors import Refused
from auditor.common.said import say

HEADER = "Retrace-Signature"
TOLERANCE_SECONDS = 300


def secret_of(key: str, schedule: int) -> str:
    """Return the secret of a schedule, 64 hexadecimal digits, derived from the installation's key and kept nowhere."""
    return hmac.new(key.encode(), f"retrace webhook {schedule}".encode(), hashlib.sha256).hexdigest()


def signature(secret: str, at: int, body: bytes) -> str:
    """Return the header's value; `at` is in seconds since 1970."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def check_signature(secret: str, header: str, body: bytes, now: float) -> None:
    """Raise Refused unless a header signs a body with this secret at about this time.

    Digests are compared in constant time; receivers may copy this function.
    """
    match = re.fullmatch(r"t=(\d{1,12}),v1=([0-9a-f]{64})", header)
    if match is None:
        raise Refused(say("The header %(header)s is not of the form t=TIME,v1=DIGEST.", header=HEADER))
    at = int(match.group(1))
    if not hmac.compare_digest(signature(secret, at, body), header):
        raise Refused(say("The signature does not belong to this body and secret."))
    if abs(now - at) > TOLERANCE_SECONDS:
        raise Refused(
            say(
                "The message was signed more than %(seconds)s seconds ago or ahead.",
                seconds=TOLERANCE_SECONDS,
            )
        )
