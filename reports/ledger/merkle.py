"""Proofs in a Merkle tree (RFC 6962, section 2.1): that a leaf is in it, and that one tree continues another."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from auditor.common.merkle import HASH_BYTES, Place, complete_subtrees, folded, node_hash

Lookup = Callable[[Iterable[Place]], Mapping[Place, bytes]]
"""Returns the hashes of complete subtrees; it is called once a proof, so that one query can answer."""


class Leaves(NamedTuple):
    """A range of leaves whose common root is a node of the tree."""

    start: int
    end: int

    @property
    def halves(self) -> "tuple[Leaves, Leaves]":
        """Return the left part, which is the largest power of two smaller than the whole, and the rest."""
        middle = self.start + (1 << (self.end - self.start - 1).bit_length() - 1)
        return Leaves(self.start, middle), Leaves(middle, self.end)


def root(size: int, lookup: Lookup) -> bytes:
    """Return the hash of the tree over the first `size` leaves."""
    return _roots([Leaves(0, size)], lookup)[0]


def inclusion_proof(index: int, size: int, lookup: Lookup) -> list[bytes]:
    """Return the audit path of the leaf `index`, counted from 0, in the tree of `size` leaves.

    Raises ValueError for a leaf that is not in the tree.
    """
    return root_and_path(index, size, lookup)[1]


def root_and_path(index: int, size: int, lookup: Lookup) -> tuple[bytes, list[bytes]]:
    """Return the hash of the tree over the first `size` leaves and, in the same lookup, a leaf's audit path in it.

    Raises ValueError for a leaf that is not in the tree.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    whole, *path = _roots([Leaves(0, size), *reversed(list(_path(index, Leaves(0, size))))], lookup)
    return whole, path


def consistency_proof(size: int, later: int, lookup: Lookup) -> list[bytes]:
    """Return the proof that the tree of `later` leaves begins with the tree of `size` leaves.

    Raises ValueError unless 0 < size <= later.
    """
    if not 0 < size <= later:
        raise ValueError(f"there is no proof that a tree of {later} leaves continues one of {size}")
    return _roots(reversed(list(_continued(size, Leaves(0, later)))), lookup)


def root_of_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """Return the root that an audit path leads to from a leaf's hash; None where it is not a path of that leaf."""
    if not 0 <= index < size or any(len(node) != HASH_BYTES for node in (leaf, *proof)):
        return None
    rest, last, node = list(reversed(proof)), size - 1, leaf
    while last:
        if index & 1 or index < last:
            if not rest:
                return None
            sibling = rest.pop()
            node = node_hash(sibling, node) if index & 1 else node_hash(node, sibling)
        index, last = index >> 1, last >> 1
    return None if rest else node


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether a path shows that the leaf with this hash is number `index` of the tree with this root."""
    return root_of_inclusion(leaf, index, size, proof) == root


def is_consistent(size: int, later: int, proof: Sequence[bytes], root: bytes, later_root: bytes) -> bool:
    """Say whether a proof shows that the later tree begins with the earlier one (RFC 9162, section 2.1.4.2)."""
    if not 0 < size <= later or bool(proof) is (size == later):
        return False
    if size == later:
        return root == later_root
    index, last = size - 1, later - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    # Where the earlier tree is one complete subtree, the proof leaves its root out.
    first, *rest = proof if index else [root, *proof]
    old = new = first
    for node in rest:
        if last == 0:
            return False
        if index & 1 or index == last:
            old, new = node_hash(node, old), node_hash(node, new)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            new = node_hash(new, node)
        index, last = index >> 1, last >> 1
    return last == 0 and old == root and new == later_root


def _path(index: int, leaves: Leaves) -> Iterator[Leaves]:
    while leaves.end - leaves.start > 1:
        left, right = leaves.halves
        leaves, sibling = (left, right) if index < left.end else (right, left)
        yield sibling


def _continued(size: int, leaves: Leaves) -> Iterator[Leaves]:
    """Yield SUBPROOF of RFC 6962, section 2.1.2, from the top."""
    whole = True
    while size < leaves.end:
        left, right = leaves.halves
        if size <= left.end:
            leaves, sibling = left, right
        else:
            leaves, sibling, whole = right, left, False
        yield sibling
    if not whole:
        yield leaves


def _roots(ranges: Iterable[Leaves], lookup: Lookup) -> list[bytes]:
    parts = [complete_subtrees(*leaves) for leaves in ranges]
    hashes = lookup([place for places in parts for place in places])
    return [folded([hashes[place] for place in places]) for places in parts]
