"""The Merkle root against RFC 6962: its definition, and published roots."""

import base64
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.common.digest import digest_of, sha256, sha256_file
from auditor.common.merkle import merkle_root
from tests.reference.merkle import tree_hash

VECTORS = Path(__file__).parents[3] / "shared/data/vectors/rfc6962_merkle/testdata/inclusion"
# The eight leaves from which Certificate Transparency's published trees are grown.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip


@given(st.lists(st.binary(max_size=8), max_size=40))
def test_the_root_is_the_recursive_definition(leaves):
    assert merkle_root(iter(leaves)) == tree_hash(leaves).hex()


def test_the_root_of_eight_leaves_is_the_published_one():
    assert merkle_root(LEAVES) == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    assert merkle_root([]) == hashlib.sha256(b"").hexdigest()


@pytest.mark.skipif(not VECTORS.is_dir(), reason="the published RFC 6962 vectors are not on this machine")
def test_roots_are_those_of_the_published_inclusion_proofs():
    checked = 0
    for path in sorted(VECTORS.glob("*/happy-path.json")):
        vector = json.loads(path.read_text())
        size = vector["treeSize"]
        if 1 <= size <= len(LEAVES):
            assert bytes.fromhex(merkle_root(LEAVES[:size])) == base64.b64decode(vector["root"]), path
            checked += 1
    assert checked >= 4


@given(st.lists(st.binary(max_size=4), min_size=2, max_size=9, unique=True))
def test_order_matters(leaves):
    assert merkle_root(leaves) != merkle_root(leaves[::-1])


def test_a_file_and_its_bytes_have_one_digest(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(bytes(3_000_000))
    assert sha256_file(path) == sha256(bytes(3_000_000))


def test_equal_documents_have_equal_digests():
    assert digest_of({"a": 1, "b": 2.0}) == digest_of({"b": 2, "a": 1})
