"""The certificate of an erasure: its statement, and the ledger's proof that it was made then and not changed since."""

import json
from collections.abc import Iterable

from auditor.common.canonical import canonical
from auditor.common.digest import sha256
from auditor.common.errors import NotFound, Refused
from auditor.common.said import say
from reports.decisions.models import Erasure
from reports.ledger.leaf import Leaf
from reports.ledger.models import Entry
from reports.ledger.note import VerifierKey
from reports.ledger.proof import Proof
from reports.ledger.services import ledger_proof

COMPLETED = "erasure-completed"


def certificate(number: int) -> bytes:
    """Return the certificate of an erasure as canonical JSON; raises NotFound, or Refused before it is complete."""
    erasure = Erasure.objects.filter(pk=number).first()
    if erasure is None:
        raise NotFound(say("There is no erasure %(number)s.", number=str(number)))
    if erasure.completion is None:
        raise Refused(
            say(
                "Erasure %(number)s is not complete yet; `manage.py decisions reconcile` completes it or says what "
                "is in the way.",
                number=str(number),
            )
        )
    proof = ledger_proof(Entry.objects.get(pk=erasure.completion))
    return canonical({"statement": json.loads(erasure.statement), "proof": proof})


def certificate_check(content: bytes, keys: Iterable[VerifierKey]) -> dict[str, object]:
    """Return the statement of a certificate that holds; raises Refused for any other. It needs no database."""
    try:
        found = json.loads(content)
        statement, proof = found["statement"], Proof.parse(found["proof"])
        digest = sha256(canonical(statement))
    except (ValueError, TypeError, KeyError, RecursionError, AttributeError) as error:
        raise Refused(say("This is not a certificate of erasure.")) from error
    proof.check(proof.extra, keys)
    leaf = Leaf.parse(proof.extra)
    if leaf.kind != COMPLETED or leaf.body.get("subject") != digest:
        raise Refused(say("The statement is not the one that the ledger holds; it was altered."))
    return dict(statement)
