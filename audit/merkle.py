"""The tree of RFC 6962 and RFC 9162, section 2.1: roots, proofs that something is in it, proofs that it grew.

Pure functions over leaf hashes. The database appends with the same rules (migration 0004); tests compare.
"""

import hashlib
from collections.abc import Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()


class ProofInvalid(ValueError):
    """The proof does not lead to the root."""


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def append(frontier: list[bytes], size: int, leaf: bytes) -> None:
    """Add a leaf hash to the roots of the complete subtrees, largest first, of a tree of `size` leaves."""
    node = leaf
    while size & 1:
        node = node_hash(frontier.pop(), node)
        size >>= 1
    frontier.append(node)


def frontier_of(leaves: Sequence[bytes]) -> list[bytes]:
    frontier: list[bytes] = []
    for size, leaf in enumerate(leaves):
        append(frontier, size, leaf)
    return frontier


def root_of(frontier: Sequence[bytes]) -> bytes:
    """The Merkle tree hash over the subtrees."""
    if not frontier:
        return EMPTY_ROOT
    root = frontier[-1]
    for subtree in reversed(frontier[:-1]):
        root = node_hash(subtree, root)
    return root


def root(leaves: Sequence[bytes]) -> bytes:
    return root_of(frontier_of(leaves))


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Hashes that lead from leaf `index` to the root (RFC 9162 2.1.3.1), nearest first."""
    if not 0 <= index < len(leaves):
        raise ValueError("no such leaf")
    if len(leaves) == 1:
        return []
    half = _split(len(leaves))
    if index < half:
        return [*inclusion_proof(leaves[:half], index), root(leaves[half:])]
    return [*inclusion_proof(leaves[half:], index - half), root(leaves[:half])]


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """Hashes that show the first `old_size` leaves to be unchanged (RFC 9162 2.1.4.1)."""
    if not 0 < old_size <= len(leaves):
        raise ValueError("no such tree")
    return [] if old_size == len(leaves) else _subproof(leaves, old_size, whole=True)


def _subproof(leaves: Sequence[bytes], old_size: int, *, whole: bool) -> list[bytes]:
    if old_size == len(leaves):
        return [] if whole else [root(leaves)]
    half = _split(len(leaves))
    if old_size <= half:
        return [*_subproof(leaves[:half], old_size, whole=whole), root(leaves[half:])]
    return [*_subproof(leaves[half:], old_size - half, whole=False), root(leaves[:half])]


def check_inclusion(
    leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Raises ProofInvalid unless `leaf` is number `index` of the tree with this root."""
    if not 0 <= index < size:
        raise ProofInvalid("the index is beyond the tree")
    rest = list(proof)
    if _led_to(leaf, index, size, rest) != root or rest:
        raise ProofInvalid("the proof does not lead to the root")


def check_consistency(
    *, old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> None:
    """Raises ProofInvalid unless the larger tree begins with the smaller one."""
    if not 0 < old_size <= size:
        raise ProofInvalid("the sizes are out of order")
    rest = list(proof)
    if _joined(old_size, size, rest, old_root) != (old_root, root) or rest:
        raise ProofInvalid("the proof does not join the roots")


def _led_to(node: bytes, index: int, size: int, rest: list[bytes]) -> bytes:
    """The root that a proof claims: the definition of the proof, read backwards."""
    if size == 1:
        return node
    half = _split(size)
    if index < half:
        return node_hash(_led_to(node, index, half, rest), _next(rest))
    right = _led_to(node, index - half, size - half, rest)
    return node_hash(_next(rest), right)


def _joined(
    old_size: int, size: int, rest: list[bytes], known: bytes | None
) -> tuple[bytes, bytes]:
    """The old and the new root that a proof claims; `known` where the old tree is a whole subtree."""
    if old_size == size:
        node = _next(rest) if known is None else known
        return node, node
    half = _split(size)
    if old_size <= half:
        before, after = _joined(old_size, half, rest, known)
        return before, node_hash(after, _next(rest))
    before, after = _joined(old_size - half, size - half, rest, None)
    left = _next(rest)
    return node_hash(left, before), node_hash(left, after)


def _next(rest: list[bytes]) -> bytes:
    if not rest:
        raise ProofInvalid("the proof is too short")
    return rest.pop(0)


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1
