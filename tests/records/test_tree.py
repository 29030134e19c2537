"""Check the Merkle tree against pymerkle, a library that shares nothing with it, and the RFC."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from reasoner.records.ledger.tree import (
    EMPTY,
    Place,
    consistency_ranges,
    cover,
    fold,
    grow,
    hashes_of,
    inclusion_ranges,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)

LEAVES = st.lists(st.binary(max_size=8), min_size=1, max_size=70)


class Grown:
    """A tree that was grown a leaf at a time, with its root at each size."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.nodes: dict[Place, bytes] = {}
        self.roots = [EMPTY]
        peaks: list[bytes] = []
        for size, data in enumerate(leaves):
            made, peaks = grow(size, peaks, leaf_hash(data))
            assert not set(made) & set(self.nodes)
            self.nodes |= made
            self.roots.append(fold(peaks))

    def proof(self, ranges: list[tuple[int, int]]) -> list[bytes]:
        """Return the roots of ranges."""
        return hashes_of(ranges, lambda places: {place: self.nodes[place] for place in places})


def oracle(leaves: list[bytes]) -> InmemoryTree:
    return InmemoryTree.init_from_entries(leaves, algorithm="sha256")


def subproof(old: int, leaves: list[bytes], *, whole: bool) -> list[bytes]:
    """Return SUBPROOF as RFC 9162, 2.1.4.1, defines it; pymerkle's proofs have another form."""
    if old == len(leaves):
        return [] if whole else [oracle(leaves).get_root()]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if old <= k:
        return [*subproof(old, leaves[:k], whole=whole), oracle(leaves[k:]).get_root()]
    return [*subproof(old - k, leaves[k:], whole=False), oracle(leaves[:k]).get_root()]


@given(LEAVES, st.data())
def test_roots_and_proofs_are_those_of_the_standard(
    leaves: list[bytes], data: st.DataObject
) -> None:
    """The tree is the one of RFC 9162 at every size."""
    tree, other = Grown(leaves), oracle(leaves)
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))

    assert tree.roots[1:] == [other.get_root(n) for n in range(1, len(leaves) + 1)]
    path = other.prove_inclusion(index + 1, size).path
    assert tree.proof(inclusion_ranges(index, size)) == path[1:]
    held = tree.proof([(start, end) for start, end in consistency_ranges(old, size)])
    assert verify_consistency(old, size, held, tree.roots[old], tree.roots[size])
    assert held == subproof(old, leaves[:size], whole=True)


@given(LEAVES, st.data())
def test_a_true_inclusion_is_accepted_and_an_altered_one_rejected(
    leaves: list[bytes], data: st.DataObject
) -> None:
    """Leaf, position, size, path and root are all bound by the proof."""
    tree = Grown(leaves)
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    leaf, root = leaf_hash(leaves[index]), tree.roots[size]
    proof = tree.proof(inclusion_ranges(index, size))

    assert verify_inclusion(leaf, index, size, proof, root)
    assert not verify_inclusion(leaf_hash(leaves[index] + b"x"), index, size, proof, root)
    assert not verify_inclusion(leaf, index, size, proof, EMPTY)
    assert not verify_inclusion(leaf, index, size, [*proof, root], root)
    assert not verify_inclusion(leaf, size, size, proof, root)
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        altered = [*proof[:place], leaf_hash(b"other"), *proof[place + 1 :]]
        assert not verify_inclusion(leaf, index, size, altered, root)
        assert not verify_inclusion(leaf, index, size, proof[:-1], root)
    other = data.draw(st.integers(0, size - 1))
    same = leaves[other] == leaves[index] and other == index
    assert verify_inclusion(leaf, other, size, proof, root) == same


@given(LEAVES, st.data())
def test_a_rewritten_history_is_not_consistent(leaves: list[bytes], data: st.DataObject) -> None:
    """A log that changed an earlier leaf cannot prove that it extends the earlier log."""
    changed = data.draw(st.integers(0, len(leaves) - 1))
    other = Grown([*leaves[:changed], leaves[changed] + b"x", *leaves[changed + 1 :]])
    tree = Grown(leaves)
    old = data.draw(st.integers(changed + 1, len(leaves)))
    proof = other.proof(consistency_ranges(old, len(leaves)))

    assert not verify_consistency(
        old, len(leaves), proof, tree.roots[old], other.roots[len(leaves)]
    )


def test_every_log_extends_the_empty_one_and_itself() -> None:
    """The two cases in which a proof of consistency is empty."""
    tree = Grown([b"a", b"b", b"c"])

    assert verify_consistency(0, 3, [], EMPTY, tree.roots[3])
    assert verify_consistency(3, 3, [], tree.roots[3], tree.roots[3])
    assert not verify_consistency(3, 3, [], tree.roots[2], tree.roots[3])
    assert not verify_consistency(3, 2, [], tree.roots[3], tree.roots[2])
    assert not verify_consistency(1, 3, [], tree.roots[1], tree.roots[3])


def test_a_range_is_covered_by_the_fewest_complete_nodes() -> None:
    """Eleven leaves are a subtree of eight, one of two and a leaf."""
    assert cover(0, 11) == [(3, 0), (1, 4), (0, 10)]
    assert cover(8, 8) == []
