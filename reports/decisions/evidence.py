"""Documents that events refer to."""

import re
from collections.abc import Iterable

from django.conf import settings

from auditor.common.errors import NotFound, Refused
from auditor.common.said import say
from auditor.common.store import Store

_DIGEST = re.compile("[0-9a-f]{64}")


def refuse_missing(digests: Iterable[str]) -> None:
    """Raise Refused for a name that is no SHA-256, and NotFound for a document that the store does not hold."""
    store = Store.at(settings.STORAGE_URL)
    for digest in sorted({digest.strip() for digest in digests} - {""}):
        if not _DIGEST.fullmatch(digest):
            raise Refused(say("A document is named by its SHA-256, not by %(given)s.", given=digest[:80]))
        if not store.has(digest):
            raise NotFound(say("The store has no document %(digest)s; hand it in first.", digest=digest))
