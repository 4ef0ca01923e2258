import pytest

from config.static_finder import is_served


@pytest.mark.parametrize("name", ["icons.svg", "fonts/geist-latin-wght-normal.woff2"])
def test_serves_what_is_listed(name):
    assert is_served(name)


@pytest.mark.parametrize(
    "name", ["stamp", "fonts/deeper/x.woff2", "fonts/../stamp", "tabler-1.6.1/tabler.css", ""]
)
def test_serves_nothing_else(name):
    assert not is_served(name)
