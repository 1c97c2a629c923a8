"""Proofs in files: what is written is read, and holds for its own leaf, log and key only."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from auditor.common.errors import Refused
from auditor.common.merkle import leaf_hash
from reports.ledger.checkpoint import Checkpoint
from reports.ledger.leaf import Leaf
from reports.ledger.note import VerifierKey
from reports.ledger.proof import HEADER, Proof
from tests.reference import merkle as reference

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NAME = "retrace.example/log"
VERIFIER = VerifierKey.of(NAME, KEY)
LEAVES = [Leaf(n + 1, "report", {"subject": f"{n:064x}"}, "2026-11-24T01:30:00Z") for n in range(9)]
CONTENTS = [leaf.content for leaf in LEAVES]


def proof_of(index: int, size: int = 9) -> Proof:
    head = Checkpoint(NAME, size, reference.tree_hash(CONTENTS[:size])).signed(KEY)
    return Proof(index, tuple(reference.path(index, CONTENTS[:size])), head, CONTENTS[index])


@pytest.mark.parametrize("size", [1, 2, 9])
def test_what_is_written_is_read_and_holds(size):
    for index in range(size):
        written = str(proof_of(index, size))
        proof = Proof.parse(written)
        assert proof == proof_of(index, size)
        assert str(proof) == written
        assert proof.check(CONTENTS[index], [VERIFIER]).size == size
        assert Leaf.parse(proof.extra) == LEAVES[index]


def test_the_text_has_the_published_form():
    lines = str(proof_of(8)).split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert lines[1].startswith("extra ")
    assert lines[2] == "index 8"
    assert [len(line) for line in lines[3:5]] == [44, 0]
    assert lines[5:7] == [NAME, "9"]
    assert lines[8] == ""
    assert lines[9].startswith(f"— {NAME} ")
    assert lines[10:] == [""]
    assert "extra" not in str(Proof(0, (), "x"))


def test_it_holds_for_no_other_leaf_place_log_or_key():
    proof = proof_of(3)
    with pytest.raises(Refused, match="does not lead"):
        proof.check(CONTENTS[4], [VERIFIER])
    with pytest.raises(Refused, match="does not lead"):
        Proof(4, proof.path, proof.checkpoint).check(CONTENTS[3], [VERIFIER])
    with pytest.raises(Refused, match="is not signed by"):
        proof.check(CONTENTS[3], [VerifierKey.of(NAME, Ed25519PrivateKey.generate())])
    with pytest.raises(Refused, match="is not signed by"):
        proof.check(CONTENTS[3], [VerifierKey.of("elsewhere.example/log", KEY)])


@given(st.data())
def test_any_changed_character_is_noticed_unless_it_is_in_the_extra(data):
    written = str(proof_of(5))
    start = written.index("index")
    at = data.draw(st.integers(start, len(written) - 1))
    other = data.draw(st.characters(exclude_categories=["Cs"]).filter(lambda c: c != written[at]))
    with pytest.raises(Refused):
        Proof.parse(written[:at] + other + written[at + 1 :]).check(CONTENTS[5], [VERIFIER])


@given(st.text(max_size=60))
def test_nothing_else_is_read(text):
    for written in (text, f"{HEADER}\n{text}"):
        with pytest.raises(Refused, match="not a proof"):
            Proof.parse(written)


def test_a_proof_without_end_is_refused():
    with pytest.raises(Refused, match="not a proof"):
        Proof.parse(str(proof_of(1)) + "x" * 2**20)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        CONTENTS[0] + b" ",
        CONTENTS[0].replace(b'"position":1', b'"position":"1"'),
        CONTENTS[0].replace(b'"position":1', b'"position":true'),
        CONTENTS[0].replace(b'"position":1', b'"position":1.0'),
        CONTENTS[0].replace(b'"position":1', b'"place":1'),
    ],
)
def test_what_is_no_leaf_is_refused(content):
    with pytest.raises(Refused, match="not an entry"):
        Leaf.parse(content)


def test_a_leafs_hash_is_over_its_canonical_content():
    assert CONTENTS[0] == (
        b'{"body":{"subject":"' + b"0" * 64 + b'"},"kind":"report","position":1,'
        b'"recorded_at":"2026-11-24T01:30:00Z"}'
    )
    assert LEAVES[0].hash == leaf_hash(CONTENTS[0]).hex()
