"""Proofs of the tree against RFC 6962: its recursive definition, and the published vectors."""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.common.merkle import GrowingTree, complete_subtrees, leaf_hash
from reports.ledger.merkle import (
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    root,
)
from tests.reference import merkle as reference

VECTORS = Path(__file__).parents[3] / "shared/data/vectors/rfc6962_merkle/testdata"
PUBLISHED = pytest.mark.skipif(
    not VECTORS.is_dir(), reason="the published RFC 6962 vectors are not on this machine"
)
LEAVES = [b"%d" % n for n in range(70)]
SIZES = st.integers(1, len(LEAVES))


def grown(leaves: list[bytes]) -> dict[tuple[int, int], bytes]:
    hashes = [leaf_hash(leaf) for leaf in leaves]
    return {(0, n): leaf for n, leaf in enumerate(hashes)} | GrowingTree().grow(hashes)


NODES = grown(LEAVES)


def lookup(places):
    return {place: NODES[place] for place in places}


def tree_of(size: int) -> bytes:
    return reference.tree_hash(LEAVES[:size])


@pytest.mark.parametrize("size", range(len(LEAVES) + 1))
def test_roots_are_the_recursive_definition(size):
    assert root(size, lookup) == tree_of(size)


@given(SIZES, SIZES)
def test_a_tree_goes_on_from_any_size_by_any_number_of_leaves(size, later):
    size, later = sorted((size, later))
    tree = GrowingTree(size, [NODES[place] for place in complete_subtrees(0, size)])
    finished = tree.grow([leaf_hash(leaf) for leaf in LEAVES[size:later]])
    assert (tree.size, tree.root) == (later, tree_of(later))
    ends = {place: (place[1] + 1) << place[0] for place in NODES if place[0] > 0}
    assert finished == {place: NODES[place] for place, end in ends.items() if size < end <= later}


@given(SIZES, st.data())
def test_inclusion_proofs_are_the_recursive_definition_and_hold(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, lookup)
    assert proof == reference.path(index, LEAVES[:size])
    assert is_included(leaf_hash(LEAVES[index]), index, size, proof, tree_of(size))


@given(SIZES, SIZES)
def test_consistency_proofs_are_the_recursive_definition_and_hold(size, later):
    size, later = sorted((size, later))
    proof = consistency_proof(size, later, lookup)
    assert proof == reference.proof(size, LEAVES[:later])
    assert is_consistent(size, later, proof, tree_of(size), tree_of(later))


def changed(data, proof: list[bytes]) -> list[bytes]:
    """The proof with a hash changed, left out, doubled or added."""
    at = data.draw(st.integers(0, len(proof)))
    how = data.draw(st.sampled_from(["add", "change", "drop", "double"] if at < len(proof) else ["add"]))
    if how == "add":
        return [*proof[:at], data.draw(st.binary(min_size=32, max_size=32)), *proof[at:]]
    replaced = {"change": [bytes(b ^ 1 for b in proof[at])], "drop": [], "double": [proof[at]] * 2}[how]
    return [*proof[:at], *replaced, *proof[at + 1 :]]


@given(SIZES, st.data())
def test_a_changed_inclusion_proof_does_not_hold(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof, leaf = inclusion_proof(index, size, lookup), leaf_hash(LEAVES[index])
    assert not is_included(leaf, index, size, changed(data, proof), tree_of(size))
    assert not is_included(leaf_hash(b"another"), index, size, proof, tree_of(size))
    other = data.draw(st.integers(-1, size).filter(lambda n: n != index))
    assert not is_included(leaf, other, size, proof, tree_of(size))


@given(SIZES, SIZES, st.data())
def test_a_changed_consistency_proof_does_not_hold(size, later, data):
    size, later = sorted((size, later))
    proof = consistency_proof(size, later, lookup)
    assert not is_consistent(size, later, changed(data, proof), tree_of(size), tree_of(later))
    assert not is_consistent(size, later, proof, tree_of(size), tree_of(later + 1 if later < 70 else 3))
    fork = reference.tree_hash([b"forked", *LEAVES[1:size]])
    assert not is_consistent(size, later, proof, fork, tree_of(later))


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_of_a_leaf_outside_of_the_tree(index, size):
    with pytest.raises(ValueError, match="has no leaf"):
        inclusion_proof(index, size, lookup)


@pytest.mark.parametrize(("size", "later"), [(0, 3), (4, 3), (-1, 3)])
def test_there_is_no_proof_that_a_tree_continues_a_larger_or_an_empty_one(size, later):
    with pytest.raises(ValueError, match="no proof"):
        consistency_proof(size, later, lookup)


def vectors(kind: str) -> list[dict]:
    found = [json.loads(path.read_text()) for path in sorted((VECTORS / kind).rglob("*.json"))]
    assert len(found) > 60
    return found


def hashes(vector: dict) -> list[bytes]:
    return [base64.b64decode(one) for one in vector["proof"] or []]


@PUBLISHED
def test_published_inclusion_vectors():
    for vector in vectors("inclusion"):
        held = is_included(
            base64.b64decode(vector["leafHash"] or ""),
            vector["leafIdx"],
            vector["treeSize"],
            hashes(vector),
            base64.b64decode(vector["root"] or ""),
        )
        assert held is not vector["wantErr"], vector


@PUBLISHED
def test_published_consistency_vectors():
    for vector in vectors("consistency"):
        held = is_consistent(
            vector["size1"],
            vector["size2"],
            hashes(vector),
            base64.b64decode(vector["root1"] or ""),
            base64.b64decode(vector["root2"] or ""),
        )
        assert held is not vector["wantErr"], vector
