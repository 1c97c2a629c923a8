"""The Merkle tree of RFC 6962, section 2.1: the hashes of leaves and nodes, and a tree that grows leaf by leaf."""

import hashlib
from collections.abc import Iterable, Sequence

HASH_BYTES = 32
EMPTY = hashlib.sha256(b"").digest()


Place = tuple[int, int]
"""Where a complete subtree stands, as (level, index): over 2**level leaves, from index * 2**level on."""


def leaf_hash(content: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def complete_subtrees(start: int, end: int) -> list[Place]:
    """Return the largest complete subtrees that cover the leaves from start to before end, from the left.

    `start` is a multiple of the smallest power of two that is at least end - start, as in every range of the tree.
    """
    places = []
    for level in reversed(range((end - start).bit_length())):
        if (end - start) >> level & 1:
            places.append((level, start >> level))
            start += 1 << level
    return places


def folded(subtrees: Sequence[bytes]) -> bytes:
    """Return the hash over subtrees that shrink from left to right, as `complete_subtrees` names them."""
    *left, root = subtrees or [EMPTY]
    for subtree in reversed(left):
        root = node_hash(subtree, root)
    return root


class GrowingTree:
    """The right edge of a tree, which is all that growing needs: any number of leaves can stream through."""

    def __init__(self, size: int = 0, edge: Iterable[bytes] = ()) -> None:
        """Go on from a tree of `size` leaves; `edge` holds the hashes of complete_subtrees(0, size)."""
        self.size = size
        self._edge = {level: node for (level, _), node in zip(complete_subtrees(0, size), edge, strict=True)}

    def grow(self, leaves: Sequence[bytes]) -> dict[Place, bytes]:
        """Add leaves by their hashes; return the complete subtrees above leaves that they finish."""
        finished: dict[Place, bytes] = {}
        level, index, nodes = 0, self.size, list(leaves)
        self.size += len(nodes)
        while nodes:
            if index & 1:
                nodes.insert(0, self._edge.pop(level))
            if len(nodes) & 1:
                self._edge[level] = nodes[-1]
            level, index = level + 1, index >> 1
            nodes = list(map(node_hash, nodes[0::2], nodes[1::2]))
            finished.update(((level, index + n), node) for n, node in enumerate(nodes))
        return finished

    @property
    def root(self) -> bytes:
        """Return the hash of the whole tree."""
        return folded([self._edge[level] for level in sorted(self._edge, reverse=True)])


def merkle_root(leaves: Iterable[bytes]) -> str:
    """Return the tree hash of leaves by their content, in their order, as hexadecimal digits."""
    tree = GrowingTree()
    for leaf in leaves:
        tree.grow([leaf_hash(leaf)])
    return tree.root.hex()
