"""Documents of a decision: sealed under the subject's key, so that they go with it, and kept in the store."""

import json
from typing import NamedTuple

from django.conf import settings

from auditor.common.canonical import canonical
from auditor.common.store import Store
from reports.decisions.models import Decision
from reports.keys.subjects import subject_key


class Kept(NamedTuple):
    """A document with the name under which it was handed in."""

    name: str
    content: bytes


def document_keep(decision: Decision, name: str, content: bytes) -> str:
    """Keep a document and return its name in the store; raises KeyDestroyed where the subject is erased."""
    plain = canonical({"name": name}) + b"\n" + content
    sealed = subject_key(decision.subject_id).seal(plain, _context(decision))
    return Store.at(settings.STORAGE_URL).put(sealed)


def document_open(decision: Decision, digest: str) -> Kept:
    """Return a document; raises KeyDestroyed, NotFound, or Corrupt for one that was not kept here."""
    sealed = Store.at(settings.STORAGE_URL).get(digest)
    plain = subject_key(decision.subject_id).open(sealed, _context(decision))
    head, _, content = plain.partition(b"\n")
    return Kept(json.loads(head)["name"], content)


def _context(decision: Decision) -> bytes:
    return f"document:{decision.pk}".encode()
