"""Verifying a file: examined in a child of its own, then looked up."""

import tempfile
from pathlib import Path

from django.conf import settings

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.registry.intake.sandbox import Limits, answered, limited
from reports.documents.verification.answers import Examination, Trust, Verification, no, unknown
from reports.documents.verification.current import Lookup, concluded


def verify_file(path: Path, name: str, trust: Trust, lookup: Lookup) -> Verification:
    """Return the four answers about a file of any origin; `name` is what people call it.

    Raises Refused for a file that is larger than a report may be, or that cannot be read at all.
    """
    _check_size(path, name)
    return concluded(_examined(path, name, trust), lookup)


def _examined(path: Path, name: str, trust: Trust) -> Examination:
    limits = Limits(settings.VERIFY_MEMORY_BYTES, settings.VERIFY_SECONDS)
    given = (str(path.resolve()), trust.to_bytes().decode())
    with tempfile.TemporaryDirectory(prefix="retrace-verify-") as scratch:
        try:
            done = limited("reports.documents.verification.child", given, name, Path(scratch), limits)
            return answered(Examination, done, name)
        except Refused as error:
            silent = unknown(say("This cannot be said about a file that could not be read."))
            return Examination(intact=no(error.sentence), trusted=silent, included=silent)


def _check_size(path: Path, name: str) -> None:
    try:
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except OSError as error:
        raise Refused(
            say("%(name)s could not be read: %(why)s.", name=name, why=error.strerror or "")
        ) from error
    if size > settings.VERIFY_LIMIT_BYTES:
        raise Refused(
            say(
                "%(name)s has %(size)s MB, and no report has more than %(most)s MB.",
                name=name,
                size=size // 10**6,
                most=settings.VERIFY_LIMIT_BYTES // 10**6,
            )
        )
