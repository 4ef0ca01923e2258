"""Values that are compared by their place, whatever number is kept of them."""

import pytest

from tenancy.ranked import Ranked


class Floor(Ranked):
    CELLAR = 7
    GROUND = 0
    FIRST = 3


def test_the_place_decides_and_not_the_number():
    assert Floor.CELLAR < Floor.GROUND < Floor.FIRST
    assert Floor.FIRST > Floor.CELLAR
    assert max(Floor) is Floor.FIRST
    assert sorted(Floor, reverse=True) == [Floor.FIRST, Floor.GROUND, Floor.CELLAR]


def test_what_is_equal_is_neither_less_nor_more():
    assert Floor.GROUND <= Floor.GROUND <= Floor.FIRST
    assert Floor.GROUND >= Floor.GROUND >= Floor.CELLAR
    assert not Floor.FIRST <= Floor.GROUND
    assert not Floor.CELLAR >= Floor.GROUND
    assert not Floor.GROUND < Floor.GROUND
    assert not Floor.GROUND > Floor.GROUND


def test_a_kept_number_leads_back_to_its_value():
    assert [Floor(number) for number in (0, 3, 7)] == [Floor.GROUND, Floor.FIRST, Floor.CELLAR]


def test_a_number_is_no_place():
    with pytest.raises(AttributeError):
        Floor.GROUND < 3  # noqa: B015
    assert Floor.GROUND != 0
