"""The tree of RFC 6962 and RFC 9162, section 2.1: roots, proofs that something is in it, proofs that it grew.

Pure functions. A path names the parts of the tree whose roots are a proof; `subtrees` reads those. The
database appends with the same rules (migration 0011); tests compare.
"""

import hashlib
from collections.abc import Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()
# Leaves from the first place up to the second, which is not among them.
Span = tuple[int, int]
# The level, 0 for leaves, and the place from the left: 2 ** level leaves.
Subtree = tuple[int, int]


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


def inclusion_path(size: int, index: int) -> list[Span]:
    """Whose roots lead from leaf `index` to the root (RFC 9162 2.1.3.1), nearest first."""
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    begin, end, path = 0, size, []
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((begin, middle))
            begin = middle
    return path[::-1]


def consistency_path(size: int, old_size: int) -> list[Span]:
    """Whose roots show the first `old_size` leaves to be unchanged (RFC 9162 2.1.4.1)."""
    if not 0 < old_size <= size:
        raise ValueError("no such tree")
    begin, end, path = 0, size, []
    while old_size < end:
        middle = begin + _split(end - begin)
        if old_size <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((begin, middle))
            begin = middle
    # Where the old tree is a whole subtree of the new one, its reader knows the root.
    if begin:
        path.append((begin, end))
    return path[::-1]


def complete_subtrees(span: Span) -> list[Subtree]:
    """Those that a part of a path is made of, largest first."""
    begin, end = span
    found = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        found.append((level, begin >> level))
        begin += 1 << level
    return found


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
