"""
The Merkle tree of RFC 9162 (section 2.1) over SHA-256: hashes, proofs and their verification.

Nothing here reads or writes. A tree is given by its complete nodes: the node at `(level, position)`
covers the leaves from `position << level` up to, but without, `(position + 1) << level`. A range of
leaves that is not complete is a list of complete nodes, from the largest to the smallest.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Place = tuple[int, int]
"""The level and the position of a complete node."""

HASH: Final = 32
"""The length of a hash, in bytes."""
EMPTY: Final = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node with two children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def cover(start: int, end: int) -> list[Place]:
    """
    Return the complete nodes that cover the leaves from `start` up to, but without, `end`.

    `start` is a multiple of the largest power of two that is not above the number of leaves, which
    holds for every range that RFC 9162 splits off.
    """
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the root over complete subtrees, from the largest to the smallest."""
    if not hashes:
        return EMPTY
    *rest, root = hashes
    for left in reversed(rest):
        root = node_hash(left, root)
    return root


def grow(size: int, peaks: Sequence[bytes], leaf: bytes) -> tuple[dict[Place, bytes], list[bytes]]:
    """
    Add a leaf to a tree.

    Args:
        size: The number of leaves so far.
        peaks: The hashes of `cover(0, size)`.
        leaf: The hash of the new leaf.

    Returns:
        The complete nodes that the leaf adds, and the peaks of the larger tree.
    """
    left = list(peaks)
    made = {(0, size): leaf}
    level, position, found = 0, size, leaf
    while position & 1:
        level, position, found = level + 1, position >> 1, node_hash(left.pop(), found)
        made[level, position] = found
    return made, [*left, found]


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """
    Return the ranges whose roots are the inclusion proof of a leaf, from the leaf upward.

    Raises:
        ValueError: The tree of that size does not contain the leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves does not contain leaf {index}")
    found = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def consistency_ranges(old: int, new: int) -> list[tuple[int, int]]:
    """
    Return the ranges whose roots prove that a tree of `new` leaves extends one of `old`.

    Raises:
        ValueError: `old` is not between 1 and `new`.
    """
    if not 1 <= old <= new:
        raise ValueError(f"a proof from {old} to {new} leaves does not exist")
    found = []
    start, end, whole = 0, new, True
    while old < end:
        middle = start + _split(end - start)
        if old <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start, whole = middle, False
    if not whole:
        found.append((start, end))
    return found[::-1]


def hashes_of(
    ranges: Sequence[tuple[int, int]], read: Callable[[Sequence[Place]], Mapping[Place, bytes]]
) -> list[bytes]:
    """
    Return the roots of ranges of leaves.

    Args:
        ranges: Each range as its first leaf and the leaf after its last.
        read: Returns the hashes of complete nodes; it is called once.
    """
    covers = [cover(start, end) for start, end in ranges]
    held = read([place for places in covers for place in places])
    return [fold([held[place] for place in places]) for places in covers]


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """
    Return True if a tree of `size` leaves with this root contains a leaf (RFC 9162, 2.1.3.2).

    Args:
        leaf: The hash of the leaf.
        index: Its position, from 0.
        size: The number of leaves of the tree.
        proof: The hashes of the siblings, from the leaf upward.
        root: The root of the tree.
    """
    if not 0 <= index < size:
        return False
    first, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if first & 1 or first == last:
            found = node_hash(sibling, found)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(
    old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """
    Return True if the tree of `new` leaves extends the one of `old` (RFC 9162, 2.1.4.2).

    Every tree extends the empty one; the proof is then empty, as it is between equal sizes.
    """
    if old in (0, new):
        empty = old_root == (EMPTY if old == 0 else new_root)
        return old <= new and not proof and empty
    if not 0 < old < new or not proof:
        return False
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    old_found = new_found = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            old_found, new_found = node_hash(sibling, old_found), node_hash(sibling, new_found)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            new_found = node_hash(new_found, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and old_found == old_root and new_found == new_root


def _split(size: int) -> int:
    """Return the largest power of two below a number of leaves."""
    return 1 << ((size - 1).bit_length() - 1)
