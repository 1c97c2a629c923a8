"""A pseudorandom function whose values can be given up one by one: a GGM tree that is punctured.

The construction is that of Goldreich, Goldwasser and Micali (1986): the root's seed gives two seeds, each of these two
more, and the leaf at depth 32 under a number's bits is the number's value. Whoever holds seeds of subtrees computes the
leaves under them and no others, so a value is given up by keeping, instead of the seed above it, those of the siblings
along its path: a puncturable, or constrained, pseudorandom function (Boneh and Waters 2013; Boyle, Goldwasser and Ivan
2014; Kiayias et al. 2013).
"""

import hmac
import secrets
import struct
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from auditor.common.digest import sha256

DEPTH = 32
NUMBERS = 2**DEPTH
SEED_BYTES = 32
_MAGIC = b"retrace subject keys 1\n"
_HEAD = struct.Struct(">16sQI")
_NODE = struct.Struct(f">BI{SEED_BYTES}s")
_CHECK_BYTES = 32
_KEPT_LEVEL = 24  # seeds down to here are remembered: the numbers under one are 256 neighbours

Place = tuple[int, int]
"""A subtree: its depth, and the leading bits that the numbers in it share."""


class Tree:
    """What is still known of one function: the seeds of disjoint subtrees.

    `name` stays the same for good and tells two functions apart; `given_up` counts the numbers whose values are gone.
    """

    def __init__(self, name: bytes, given_up: int, seeds: Mapping[Place, bytes]) -> None:
        self.name, self.given_up = name, given_up
        self._seeds = dict(seeds)
        self._upper = lru_cache(maxsize=4096)(self._seed_above)

    @classmethod
    def new(cls) -> "Tree":
        """Return a new function of which everything is known."""
        return cls(secrets.token_bytes(16), 0, {(0, 0): secrets.token_bytes(SEED_BYTES)})

    def value(self, number: int) -> bytes | None:
        """Return the 32 bytes of a number from 0 to 2**32 - 1, or None where they were given up."""
        _check(number)
        upper = self._upper(number >> (DEPTH - _KEPT_LEVEL))
        if upper is not None:
            return _descend(upper, number, _KEPT_LEVEL)
        for level in range(_KEPT_LEVEL + 1, DEPTH + 1):
            seed = self._seeds.get((level, number >> (DEPTH - level)))
            if seed is not None:
                return _descend(seed, number, level)
        return None

    def without(self, numbers: Iterable[int]) -> "Tree":
        """Return what remains when the values of numbers are given up; those that are gone already change nothing."""
        seeds, given_up = dict(self._seeds), self.given_up
        for number in numbers:
            _check(number)
            given_up += _puncture(seeds, number)
        return Tree(self.name, given_up, seeds)

    def places(self) -> Iterator[Place]:
        """Return the subtrees whose seeds are known."""
        return iter(self._seeds)

    def __bytes__(self) -> bytes:
        """Return the function as a file has it: a head, the seeds in their order, and a SHA-256 over both."""
        nodes = b"".join(_NODE.pack(*place, seed) for place, seed in sorted(self._seeds.items()))
        content = _MAGIC + _HEAD.pack(self.name, self.given_up, len(self._seeds)) + nodes
        return content + bytes.fromhex(sha256(content))

    @classmethod
    def parse(cls, content: bytes) -> "Tree":
        """Return the function that a file has; raises ValueError where it is not whole."""
        body, check = content[:-_CHECK_BYTES], content[-_CHECK_BYTES:]
        start = len(_MAGIC) + _HEAD.size
        if len(body) < start or not body.startswith(_MAGIC) or bytes.fromhex(sha256(body)) != check:
            raise ValueError("damaged")
        name, given_up, count = _HEAD.unpack_from(body, len(_MAGIC))
        nodes = body[start:]
        if len(nodes) != count * _NODE.size:
            raise ValueError("damaged")
        return cls(name, given_up, {(level, bits): seed for level, bits, seed in _NODE.iter_unpack(nodes)})

    def _seed_above(self, bits: int) -> bytes | None:
        """Return the seed of one of the subtrees of 256 numbers, or None where it is not known as a whole."""
        for level in range(_KEPT_LEVEL + 1):
            seed = self._seeds.get((level, bits >> (_KEPT_LEVEL - level)))
            if seed is not None:
                return _descend(seed, bits << (DEPTH - _KEPT_LEVEL), level, _KEPT_LEVEL)
        return None


def _check(number: int) -> None:
    if not 0 <= number < NUMBERS:
        raise ValueError(f"{number} is not from 0 to 2**32 - 1")


def _child(seed: bytes, bit: int) -> bytes:
    return hmac.digest(seed, b"\x01" if bit else b"\x00", "sha256")


def _descend(seed: bytes, number: int, level: int, to: int = DEPTH) -> bytes:
    """Return the seed at depth `to` on the path of a number, from the one at `level`."""
    for shift in range(DEPTH - 1 - level, DEPTH - 1 - to, -1):
        seed = _child(seed, number >> shift & 1)
    return seed


def _puncture(seeds: dict[Place, bytes], number: int) -> bool:
    """Replace the seed above a number by those of the siblings along its path; say whether there was one."""
    places = ((level, number >> (DEPTH - level)) for level in range(DEPTH + 1))
    top = next((place for place in places if place in seeds), None)
    if top is None:
        return False
    seed = seeds.pop(top)
    for level in range(top[0] + 1, DEPTH + 1):
        bits = number >> (DEPTH - level)
        seeds[level, bits ^ 1] = _child(seed, (bits ^ 1) & 1)
        seed = _child(seed, bits & 1)
    return True
