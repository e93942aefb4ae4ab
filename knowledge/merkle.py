"""The Merkle tree of RFC 9162: hashes, the frontier that grows it, proofs and their checks."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()

Subtree: TypeAlias = Callable[[int, int], bytes]
"""`(level, index)` → hash of the full subtree over the 2^level leaves from index·2^level on."""


class ProofImpossible(ValueError):
    """A proof is asked for a leaf or a size that the tree does not have."""


class Node(NamedTuple):
    """A full subtree: 2^level leaves, the one at `position` in its level from the left."""

    level: int
    position: int
    hash: bytes


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256 over 0x00 and the entry (RFC 9162, 2.1.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 over 0x01 and both children (RFC 9162, 2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(slots=True, kw_only=True)
class Frontier:
    """The roots of the full subtrees that a tree of `size` leaves splits into, largest first.

    With it a tree grows by one leaf in constant amortised time and knows its root.
    """

    size: int = 0
    peaks: list[bytes]

    @classmethod
    def empty(cls) -> "Frontier":
        """The frontier of the tree without leaves."""
        return cls(size=0, peaks=[])

    @classmethod
    def decode(cls, size: int, peaks: bytes) -> "Frontier":
        """Read what `encode` wrote.

        Raises:
            ValueError: the number of hashes does not fit the size.
        """
        if len(peaks) != HASH_BYTES * size.bit_count():
            raise ValueError(
                f"a tree of {size} leaves has {size.bit_count()} peaks, not {len(peaks)} bytes"
            )
        return cls(
            size=size,
            peaks=[peaks[at : at + HASH_BYTES] for at in range(0, len(peaks), HASH_BYTES)],
        )

    def encode(self) -> bytes:
        """The peaks one after the other, 32 bytes each."""
        return b"".join(self.peaks)

    def push(self, leaf: bytes) -> list[Node]:
        """Append one leaf hash; returns the inner nodes that it completed, lowest first."""
        completed = []
        level, index, carry = 0, self.size, leaf
        while index & 1:
            carry = node_hash(self.peaks.pop(), carry)
            level, index = level + 1, index >> 1
            completed.append(Node(level, index, carry))
        self.peaks.append(carry)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """The root hash; SHA-256 of nothing for the empty tree."""
        return _fold(self.peaks)


def root(size: int, subtree: Subtree) -> bytes:
    """The root of the tree's first `size` leaves."""
    return _range_hash(0, size, subtree) if size else EMPTY_ROOT


def inclusion(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """The audit path of the leaf at `index` (from 0) in the tree of `size` leaves, lowest first.

    Raises:
        ProofImpossible: the leaf is not in a tree of that size.
    """
    if not 0 <= index < size:
        raise ProofImpossible(f"leaf {index} is not among the {size} of that tree; write 0 ≤ leaf")
    path: list[bytes] = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            path.append(_range_hash(middle, stop, subtree))
            stop = middle
        else:
            path.append(_range_hash(start, middle, subtree))
            start = middle
    return path[::-1]


def consistency(first: int, second: int, subtree: Subtree) -> list[bytes]:
    """The proof that the first `first` leaves of the tree of `second` leaves are unchanged.

    Empty where the sizes are equal, and for first = 0.

    Raises:
        ProofImpossible: `first` is negative or greater than `second`.
    """
    if not 0 <= first <= second:
        raise ProofImpossible(f"a tree of {second} leaves does not contain one of {first}")
    if first in {0, second}:
        return []
    path: list[bytes] = []
    start, stop, whole = 0, second, True
    while first != stop:
        middle = start + _split(stop - start)
        if first <= middle:
            path.append(_range_hash(middle, stop, subtree))
            stop = middle
        else:
            path.append(_range_hash(start, middle, subtree))
            start, whole = middle, False
    if not whole:
        path.append(_range_hash(start, stop, subtree))
    return path[::-1]


def includes(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether an inclusion proof holds (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    position, last, carry = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if position & 1 or position == last:
            carry = node_hash(sibling, carry)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            carry = node_hash(carry, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and carry == root


def extends(
    first: int, first_root: bytes, second: int, second_root: bytes, path: Sequence[bytes]
) -> bool:
    """Whether a consistency proof holds (RFC 9162, 2.1.4.2)."""
    if not 0 <= first <= second:
        return False
    if first in {0, second}:
        same = first_root == second_root if first else first_root == EMPTY_ROOT
        return same and not path
    hashes = [first_root, *path] if first.bit_count() == 1 else list(path)
    return bool(hashes) and _replays(first, second, hashes) == (first_root, second_root)


def _replays(first: int, second: int, hashes: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    position, last = first - 1, second - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return None
        if position & 1 or position == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        position, last = position >> 1, last >> 1
    return (old, new) if last == 0 else None


def _range_hash(start: int, stop: int, subtree: Subtree) -> bytes:
    """The hash over the leaves from start up to stop, which is not among them."""
    peaks = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        peaks.append(subtree(level, start >> level))
        start += 1 << level
    return _fold(peaks)


def _fold(peaks: Iterable[bytes]) -> bytes:
    folded = None
    for peak in reversed(list(peaks)):
        folded = peak if folded is None else node_hash(peak, folded)
    return EMPTY_ROOT if folded is None else folded


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def perfect(leaves: Sequence[bytes]) -> bytes:
    """The hash of a full subtree from its 2^n leaf (or equal-level) hashes."""
    level = list(leaves)
    while len(level) > 1:
        level = [node_hash(*pair) for pair in list(pairwise(level))[::2]]
    return level[0]
