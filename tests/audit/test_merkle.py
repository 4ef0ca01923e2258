"""The tree against the vectors of Certificate Transparency and against a naive reading of RFC 6962."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import merkle
from tests.audit import full_proofs

# Leaves and roots of the reference implementation of RFC 6962.
LEAVES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
HASHES = [merkle.leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES]
TREES = st.integers(1, 70).map(
    lambda size: [merkle.leaf_hash(number.to_bytes(2, "big")) for number in range(size)]
)


def proof_of_inclusion(leaves, index):
    return roots(leaves, merkle.inclusion_path(len(leaves), index))


def proof_of_growth(leaves, old_size):
    return roots(leaves, merkle.consistency_path(len(leaves), old_size))


def roots(leaves, path):
    return [merkle.root(leaves[begin:end]) for begin, end in path]


def naive_root(leaves):
    """RFC 6962 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = max(2**power for power in range(20) if 2**power < len(leaves))
    both = naive_root(leaves[:split]) + naive_root(leaves[split:])
    return hashlib.sha256(b"\x01" + both).digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_has_the_roots_of_the_reference(size):
    assert merkle.root(HASHES[:size]).hex() == ROOTS[size - 1]


def test_an_empty_tree_has_the_hash_of_nothing():
    assert merkle.root([]) == merkle.EMPTY_ROOT == naive_root([])


@pytest.mark.parametrize(
    ("index", "size", "proof"),
    [
        (0, 1, []),
        (
            0,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            1,
            5,
            [
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ],
)
def test_has_the_inclusion_proofs_of_the_reference(index, size, proof):
    assert [node.hex() for node in proof_of_inclusion(HASHES[:size], index)] == proof


def test_has_a_consistency_proof_of_the_reference():
    assert [node.hex() for node in proof_of_growth(HASHES, 6)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@given(TREES)
def test_equals_a_naive_reading_of_the_rfc(leaves):
    assert merkle.root(leaves) == naive_root(leaves)


@given(TREES, st.data())
def test_every_inclusion_is_proven_and_no_other_leaf_is(leaves, data):
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof = proof_of_inclusion(leaves, index)
    place = {"index": index, "size": len(leaves), "proof": proof, "root": naive_root(leaves)}
    merkle.check_inclusion(leaves[index], **place)
    with pytest.raises(merkle.ProofInvalid):
        merkle.check_inclusion(merkle.leaf_hash(b"another"), **place)
    with pytest.raises(merkle.ProofInvalid):
        merkle.check_inclusion(leaves[index], **(place | {"index": index ^ 1}))


@given(TREES, st.data())
def test_growth_is_proven_and_a_changed_past_is_not(leaves, data):
    old = data.draw(st.integers(1, len(leaves)))
    proof = proof_of_growth(leaves, old)
    grown = {"old_size": old, "size": len(leaves), "root": naive_root(leaves), "proof": proof}
    merkle.check_consistency(old_root=naive_root(leaves[:old]), **grown)
    changed = [merkle.leaf_hash(b"changed"), *leaves[1:old]]
    with pytest.raises(merkle.ProofInvalid):
        merkle.check_consistency(old_root=naive_root(changed), **grown)


@given(TREES, st.lists(st.binary(min_size=32, max_size=32), max_size=8), st.data())
def test_an_invented_proof_convinces_nobody(leaves, proof, data):
    index = data.draw(st.integers(0, len(leaves) - 1))
    if proof == proof_of_inclusion(leaves, index):
        return
    with pytest.raises(merkle.ProofInvalid):
        merkle.check_inclusion(
            leaves[index], index=index, size=len(leaves), proof=proof, root=naive_root(leaves)
        )


@given(TREES, st.data())
def test_paths_lead_along_the_proofs_of_the_rfc(leaves, data):
    index = data.draw(st.integers(0, len(leaves) - 1))
    assert proof_of_inclusion(leaves, index) == full_proofs.inclusion(leaves, index)
    assert proof_of_growth(leaves, index + 1) == full_proofs.consistency(leaves, index + 1)


@given(TREES, st.data())
def test_each_part_of_a_path_is_made_of_complete_subtrees(leaves, data):
    path = merkle.inclusion_path(len(leaves), data.draw(st.integers(0, len(leaves) - 1)))
    for begin, end in path:
        made = merkle.complete_subtrees((begin, end))
        covered = [n for level, place in made for n in range(place << level, (place + 1) << level)]
        assert covered == list(range(begin, end))
        subtrees = [leaves[place << level : (place + 1) << level] for level, place in made]
        assert merkle.root_of([merkle.root(each) for each in subtrees]) == naive_root(
            leaves[begin:end]
        )


@pytest.mark.parametrize(("size", "index"), [(0, 0), (1, 1), (1, -1), (8, 8)])
def test_no_path_leads_to_a_leaf_outside(size, index):
    with pytest.raises(ValueError, match="no such leaf"):
        merkle.inclusion_path(size, index)


@pytest.mark.parametrize(("size", "old_size"), [(0, 0), (1, 0), (8, 9), (8, -1)])
def test_no_path_leads_from_a_tree_that_is_no_part(size, old_size):
    with pytest.raises(ValueError, match="no such tree"):
        merkle.consistency_path(size, old_size)


@pytest.mark.parametrize("index", [-1, 8, 9])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(index):
    with pytest.raises(merkle.ProofInvalid, match="beyond the tree"):
        merkle.check_inclusion(HASHES[0], index=index, size=8, proof=[], root=bytes(32))


@pytest.mark.parametrize("old_size", [0, -1, 9])
def test_there_is_no_proof_of_growth_from_a_tree_that_never_was(old_size):
    with pytest.raises(merkle.ProofInvalid, match="out of order"):
        merkle.check_consistency(
            old_size=old_size, old_root=bytes(32), size=8, root=bytes(32), proof=[]
        )


def test_a_tree_of_one_and_a_tree_that_did_not_grow_need_no_proof():
    root = merkle.root(HASHES)
    assert proof_of_growth(HASHES, 8) == []
    merkle.check_consistency(old_size=8, old_root=root, size=8, root=root, proof=[])
    merkle.check_inclusion(HASHES[0], index=0, size=1, proof=[], root=HASHES[0])


def test_a_proof_with_too_much_or_too_little_is_refused():
    root, grown = merkle.root(HASHES), proof_of_growth(HASHES, 6)
    for proof in (
        proof_of_inclusion(HASHES, 3)[:-1],
        [*proof_of_inclusion(HASHES, 3), root],
    ):
        with pytest.raises(merkle.ProofInvalid):
            merkle.check_inclusion(HASHES[3], index=3, size=8, proof=proof, root=root)
    for proof in (grown[:-1], [*grown, root]):
        with pytest.raises(merkle.ProofInvalid):
            merkle.check_consistency(
                old_size=6, old_root=merkle.root(HASHES[:6]), size=8, root=root, proof=proof
            )


def test_leaves_and_nodes_are_hashed_apart():
    assert merkle.leaf_hash(b"").hex() == ROOTS[0]
    assert merkle.node_hash(HASHES[0], HASHES[1]).hex() == ROOTS[1]
