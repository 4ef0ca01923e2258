"""Proofs as RFC 9162 2.1.3.1 and 2.1.4.1 define them, from all leaves: what the quick ones must equal."""

from audit.merkle import root


def inclusion(leaves, index):
    if len(leaves) == 1:
        return []
    half = split(len(leaves))
    if index < half:
        return [*inclusion(leaves[:half], index), root(leaves[half:])]
    return [*inclusion(leaves[half:], index - half), root(leaves[:half])]


def consistency(leaves, old_size):
    return [] if old_size == len(leaves) else subproof(leaves, old_size, whole=True)


def subproof(leaves, old_size, *, whole):
    if old_size == len(leaves):
        return [] if whole else [root(leaves)]
    half = split(len(leaves))
    if old_size <= half:
        return [*subproof(leaves[:half], old_size, whole=whole), root(leaves[half:])]
    return [*subproof(leaves[half:], old_size - half, whole=False), root(leaves[:half])]


def split(size):
    """The largest power of two below."""
    return max(2**power for power in range(40) if 2**power < size)
