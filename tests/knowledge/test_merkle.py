from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree  # type: ignore[import-untyped]  # pymerkle has no type stubs

from knowledge import merkle
from knowledge.merkle import Frontier, ProofImpossible, Subtree, leaf_hash

NOBODYS = bytes(32)
ENTRIES = st.lists(st.binary(max_size=20), min_size=1, max_size=70)


def tree(entries: Sequence[bytes]) -> Subtree:
    """Hashes of full subtrees, computed from the leaves each time."""

    def subtree(level: int, index: int) -> bytes:
        leaves = [leaf_hash(e) for e in entries[index << level : (index + 1) << level]]
        assert len(leaves) == 1 << level
        return merkle.perfect(leaves)

    return subtree


def independent(entries: Sequence[bytes]) -> InmemoryTree:
    """The same tree in pymerkle."""
    other = InmemoryTree(algorithm="sha256")
    for entry in entries:
        other.append_entry(entry)
    return other


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert Frontier.empty().root() == merkle.root(0, tree([])) == sha256(b"").digest()


@given(ENTRIES)
def test_the_root_is_the_one_that_pymerkle_computes(entries: list[bytes]) -> None:
    frontier = Frontier.empty()
    for entry in entries:
        frontier.push(leaf_hash(entry))
    expected = independent(entries).get_root()
    assert frontier.root() == merkle.root(len(entries), tree(entries)) == expected


@given(ENTRIES, st.data())
def test_an_audit_path_is_the_one_that_pymerkle_gives(
    entries: list[bytes], data: st.DataObject
) -> None:
    size = data.draw(st.integers(1, len(entries)))
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion(index, size, tree(entries))
    theirs = independent(entries).prove_inclusion(index + 1, size)
    assert path == list(theirs.path[1:])


@given(ENTRIES, st.data())
def test_an_inclusion_proof_holds_for_its_leaf_and_for_no_other(
    entries: list[bytes], data: st.DataObject
) -> None:
    size = data.draw(st.integers(1, len(entries)))
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion(index, size, tree(entries))
    root, leaf = merkle.root(size, tree(entries)), leaf_hash(entries[index])
    assert merkle.includes(leaf, index, size, path, root)
    assert not merkle.includes(leaf_hash(b"another" + entries[index]), index, size, path, root)
    assert not merkle.includes(leaf, size, size, path, root)
    assert not merkle.includes(leaf, index, size, [*path, root], root)


@given(ENTRIES, st.data())
def test_a_consistency_proof_holds_for_its_roots_and_for_no_others(
    entries: list[bytes], data: st.DataObject
) -> None:
    second = data.draw(st.integers(1, len(entries)))
    first = data.draw(st.integers(0, second))
    path = merkle.consistency(first, second, tree(entries))
    roots = [merkle.root(size, tree(entries)) for size in (first, second)]
    assert merkle.extends(first, roots[0], second, roots[1], path)
    assert not merkle.extends(first, NOBODYS, second, roots[1], path)
    if first:
        assert not merkle.extends(first, roots[0], second, NOBODYS, path)


@given(ENTRIES, st.data())
def test_a_changed_past_has_no_consistency_proof(
    entries: list[bytes], data: st.DataObject
) -> None:
    first = data.draw(st.integers(1, len(entries)))
    old = merkle.root(first, tree(entries))
    changed = [entries[0] + b"!", *entries[1:]]
    path = merkle.consistency(first, len(entries), tree(changed))
    now = merkle.root(len(entries), tree(changed))
    assert not merkle.extends(first, old, len(entries), now, path)


@given(ENTRIES)
def test_a_frontier_reads_back_and_goes_on(entries: list[bytes]) -> None:
    one, other = Frontier.empty(), Frontier.empty()
    for entry in entries:
        assert one.push(leaf_hash(entry)) == other.push(leaf_hash(entry))
        other = Frontier.decode(other.size, other.encode())
    assert one == other


@given(ENTRIES)
def test_a_push_completes_exactly_the_full_subtrees_that_end_there(entries: list[bytes]) -> None:
    frontier, subtree = Frontier.empty(), tree(entries)
    for size, entry in enumerate(entries, start=1):
        nodes = frontier.push(leaf_hash(entry))
        assert [node.level for node in nodes] == [
            level for level in range(1, 8) if size % (1 << level) == 0
        ]
        assert all(node.hash == subtree(node.level, node.position) for node in nodes)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_leaf_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ProofImpossible, match=f"leaf {index}"):
        merkle.inclusion(index, size, tree([b"a", b"b", b"c"]))


@pytest.mark.parametrize(("first", "second"), [(-1, 2), (3, 2)])
def test_a_larger_tree_is_no_prefix(first: int, second: int) -> None:
    with pytest.raises(ProofImpossible):
        merkle.consistency(first, second, tree([b"a", b"b", b"c"]))


def test_a_frontier_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="3 leaves has 2 peaks"):
        Frontier.decode(3, b"\0" * 32)
