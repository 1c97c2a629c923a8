"""Whether the version that was audited is the one that is declared to be in use."""

import re
from typing import Literal, NamedTuple

from django.utils.translation import gettext as _

from reports.documents.book import ReportBook

State = Literal["yes", "partly", "no"]
_DIGEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


class Usage(NamedTuple):
    """Whether the declared digest is the audited one, and that in a sentence."""

    state: State
    sentence: str


def in_use(book: ReportBook) -> Usage:
    """Hold the digest that was declared for production against the audited weights."""
    found = next(
        (
            one.text
            for one in book.snapshot.declarations
            if (one.section, one.field) == ("model", "in_use") and one.text.strip()
        ),
        None,
    )
    if found is None:
        return Usage(
            "no",
            _(
                "Nobody declared which weights are in use, so they could not be held against the audited ones."
            ),
        )
    digests = set(_DIGEST.findall(found.lower()))
    if not digests:
        return Usage(
            "partly",
            _(
                "What was declared about the version in use names no SHA-256, so it could not be held "
                "against this audit."
            ),
        )
    if digests & {book.evidence.model.weights, book.evidence.model.digest}:
        return Usage(
            "yes", _("The SHA-256 that was declared for the version in use is that of the audited model.")
        )
    return Usage(
        "no",
        _(
            "The SHA-256 that was declared for the version in use is not that of the audited model: this audit "
            "does not speak of the version in use."
        ),
    )
