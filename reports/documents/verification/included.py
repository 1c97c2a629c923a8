"""Does the log hold this report or letter? Answered from the proof that is attached to it, without asking the log."""

import json
from collections.abc import Callable, Container, Sequence
from typing import NamedTuple

from auditor.common.canonical import canonical
from auditor.common.digest import sha256
from auditor.common.errors import Refused
from auditor.common.said import Value, say
from reports.documents.verification.answers import Answer, Kind, no, yes
from reports.ledger.checkpoint import Checkpoint
from reports.ledger.leaf import Leaf
from reports.ledger.note import Note, VerifierKey
from reports.ledger.proof import Proof

REPORT, LETTER = "report", "letter"
EVIDENCE, STATEMENT = "evidence.json", "statement.json"


class Inclusion(NamedTuple):
    """The answer, and what the entry says about the document where it is yes."""

    included: Answer
    document: str = ""
    kind: Kind = ""
    number: str = ""


def included(
    proof: bytes | None,
    unsigned: Container[str],
    attached: Callable[[str], bytes | None],
    log_keys: Sequence[VerifierKey],
) -> Inclusion:
    """Say whether the attached proof shows that a log holds the document as it was before signing.

    `unsigned` are the digests that the file may have had before signing, `attached` returns what was attached to it
    then.
    """
    if proof is None:
        return Inclusion(no(say("No proof of a ledger is attached to this file (ledger-proof.txt).")))
    try:
        read = Proof.parse(proof.decode("utf-8", "replace"))
        origin = Checkpoint.parse(Note.parse(read.checkpoint).text).origin
        if origin not in {key.name for key in log_keys}:
            return Inclusion(
                no(say("The attached proof is of the ledger %(log)s, which is not trusted here.", log=origin))
            )
        leaf = Leaf.parse(read.extra)
        checkpoint = read.check(read.extra, log_keys)
    except Refused as error:
        return Inclusion(
            no(say("The attached ledger-proof.txt does not hold here: %(why)s", why=error.sentence))
        )
    fault = _fault(leaf, unsigned, attached)
    if fault is not None:
        return Inclusion(no(fault))
    kind: Kind = "report" if leaf.kind == REPORT else "letter"
    number = str(leaf.body[kind])
    return Inclusion(yes(_held(leaf, checkpoint, number)), str(leaf.body["subject"]), kind, number)


def _held(leaf: Leaf, checkpoint: Checkpoint, number: str) -> str:
    words: dict[str, Value] = {
        "log": checkpoint.origin,
        "position": str(leaf.position),
        "when": leaf.recorded_at,
        "n": checkpoint.size,
    }
    if leaf.kind == LETTER:
        return say(
            "The ledger %(log)s recorded letter %(letter)s at position %(position)s on %(when)s, and its signed list "
            "of %(n)s entries holds it.",
            letter=number,
            **words,
        )
    return say(
        "The ledger %(log)s recorded report %(report)s at position %(position)s on %(when)s, and its signed list of "
        "%(n)s entries holds it.",
        report=number,
        **words,
    )


def _fault(leaf: Leaf, unsigned: Container[str], attached: Callable[[str], bytes | None]) -> str | None:
    """Return a sentence about what the entry and the file disagree on, or None.

    A letter has no evidence attached, because that is about other people, too.
    """
    names = {leaf.kind, "subject", "evidence", "snapshot"}
    if leaf.kind not in (REPORT, LETTER) or not names <= set(leaf.body):
        return say("The attached proof is about an entry of another kind (%(kind)s).", kind=leaf.kind)
    if leaf.body["subject"] not in unsigned:
        return say(
            "The attached proof is about another file: about %(number)s as it was issued, not about these bytes.",
            number=str(leaf.body[leaf.kind]),
        )
    return _attached_fault(leaf, attached) if leaf.kind == REPORT else None


def _attached_fault(leaf: Leaf, attached: Callable[[str], bytes | None]) -> str | None:
    evidence, statement = attached(EVIDENCE), attached(STATEMENT)
    if evidence is None or statement is None:
        return say(
            "evidence.json or statement.json is not attached to this file, though the ledger names both digests."
        )
    if sha256(evidence) != leaf.body["evidence"]:
        return say("The attached evidence.json is not the one that the ledger names for this report.")
    if _snapshot_digest(evidence, statement) != leaf.body["snapshot"]:
        return say("The attached statement.json is not the one that the ledger names for this report.")
    return None


def _snapshot_digest(evidence: bytes, statement: bytes) -> str | None:
    """Return the digest of what both say together, or None where they are no JSON."""
    try:
        return sha256(canonical({**json.loads(statement), "evidence": json.loads(evidence)}))
    except (ValueError, TypeError):
        return None
