"""Proofs that a record stands in a log, and that a longer log goes on from a shorter."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.audit import merkle
from countersign.audit.flaw import Flaw
from countersign.audit.merkle import Frontier, check_consistency, check_inclusion, root_of_leaves

LEAVES = [sha256(bytes([n])).digest() for n in range(70)]
OTHER = sha256(b"other").digest()


def subtree(low: int, high: int) -> bytes:
    return root_of_leaves(LEAVES[low:high])


@st.composite
def places(draw: st.DrawFn) -> tuple[int, int]:
    size = draw(st.integers(1, len(LEAVES)))
    return draw(st.integers(0, size - 1)), size


@given(places())
def test_every_leaf_of_every_tree_has_a_proof_that_holds(place: tuple[int, int]) -> None:
    index, size = place
    check_inclusion(LEAVES[index], index, size, merkle.inclusion(index, size, subtree), subtree(0, size))


@given(places(), st.data())
def test_a_proof_holds_for_its_own_leaf_place_size_and_root_alone(
    place: tuple[int, int], data: st.DataObject
) -> None:
    index, size = place
    proof, root = merkle.inclusion(index, size, subtree), subtree(0, size)
    elsewhere = data.draw(st.integers(0, len(LEAVES)).filter(lambda n: n != index))
    for leaf, at, of, steps, under in (
        (OTHER, index, size, proof, root),
        (LEAVES[index], index, size, proof, OTHER),
        (LEAVES[index], elsewhere, size, proof, root),
        (LEAVES[index], index, size, [*proof, OTHER], root),
        (LEAVES[index], index, size, [OTHER, *proof], root),
        (LEAVES[index], size, size, proof, root),
        (LEAVES[index], index, 0, proof, root),
        (LEAVES[index], -1, size, proof, root),
        (LEAVES[index], index, size, [*proof, b"short"], root),
    ):
        with pytest.raises(Flaw):
            check_inclusion(leaf, at, of, steps, under)
    for at in range(len(proof)):
        with pytest.raises(Flaw):
            check_inclusion(LEAVES[index], index, size, proof[:at] + proof[at + 1 :], root)


@given(places())
def test_every_tree_goes_on_from_each_of_its_beginnings(place: tuple[int, int]) -> None:
    old, size = place[0] + 1, place[1]
    proof = merkle.consistency(old, size, subtree)
    check_consistency(old, size, proof, subtree(0, old), subtree(0, size))


@given(places(), st.data())
def test_no_proof_leads_from_a_tree_that_was_changed(place: tuple[int, int], data: st.DataObject) -> None:
    old, size = place[0] + 1, place[1]
    proof, before, after = merkle.consistency(old, size, subtree), subtree(0, old), subtree(0, size)
    changed = data.draw(st.integers(0, old - 1))
    bent = root_of_leaves([OTHER if n == changed else leaf for n, leaf in enumerate(LEAVES[:old])])
    for steps, first, last in (
        (proof, bent, after),
        (proof, before, OTHER),
        ([*proof, OTHER], before, after),
        (proof[:-1] if proof else [OTHER], before, after),
    ):
        with pytest.raises(Flaw):
            check_consistency(old, size, steps, first, last)


@pytest.mark.parametrize(("old", "size"), [(0, 0), (0, 5), (6, 5), (-1, 5)])
def test_there_is_no_proof_from_nothing_or_from_a_longer_tree(old: int, size: int) -> None:
    with pytest.raises(Flaw):
        merkle.consistency(old, size, subtree)
    with pytest.raises(Flaw):
        check_consistency(old, size, [], merkle.EMPTY_ROOT, merkle.EMPTY_ROOT)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (6, 5), (-1, 5)])
def test_there_is_no_proof_for_a_leaf_outside_of_the_tree(index: int, size: int) -> None:
    with pytest.raises(Flaw):
        merkle.inclusion(index, size, subtree)


@given(st.integers(0, len(LEAVES)))
def test_leaf_by_leaf_and_all_at_once_lead_to_one_root(size: int) -> None:
    frontier = Frontier()
    for leaf in LEAVES[:size]:
        frontier.append_leaf(leaf)
    assert frontier.root() == root_of_leaves(LEAVES[:size])
