"""Tests that say little; not collected, as the name does not begin with `test_`."""

from tests.dev.sampled import counted, is_small


def test_a_small_value_is_small():
    assert is_small(1)
    assert not is_small(9)


def test_counts_up():
    assert counted(3) in {5, 6}
