"""Every page with data in a real browser: no policy or axe violation, no sideways scrolling.

`make test` opens each page once, as one of the roles that may see it, in one theme and width, in turn.
`make prove` opens each for every role in all of them.
"""

from collections.abc import Iterator
from itertools import cycle, islice

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser

from config.hosts import URLCONFS
from tests.accounts.signing_in import make_user, staff_browser
from tests.security import doors, inspection, planted_pages, trespass
from tests.security.inspection import LOOKS, Inspector, Opening
from tests.security.routes import routes_of
from tests.security.trespass import Person
from tests.security.world import World

pytestmark = pytest.mark.browser

PARTS = 4
FEWEST_PAGES = 40


@pytest.fixture
def inspector(server_port: int, chromium: Browser) -> Iterator[Inspector]:
    inspector = Inspector(chromium)
    yield inspector
    inspector.close()


@pytest.fixture
def visitors(elm) -> list[Person]:
    """Somebody of each role, an operator of the platform, and somebody who is not signed in.

    Signed in for each part anew: all of them take longer than a proof of who somebody is lasts.
    """
    operator = make_user("Otto Operator", is_operator=True)
    stranger = Person("anybody", staff_browser())
    return [*trespass.people_of(elm, "staff"), trespass.operator(operator), stranger]


def ways_to(elm: World, visitors: list[Person], part: int, of: int) -> Iterator[Iterator[Opening]]:
    """For each route of this part: the ways to open it, another first for each."""
    for number, route in enumerate(routes_of("staff", "config.urls.staff")):
        if number % of == part:
            able = visitors[-1:] if route.is_public else visitors[:-1]
            yield inspection.ways(route, elm, able, turn=7 * number)


@pytest.mark.parametrize("part", range(PARTS))
def test_each_page_of_the_staff_is_sound(elm, visitors, inspector, part):
    looks = islice(cycle(LOOKS), part, None)
    firsts = [next(ways, None) for ways in ways_to(elm, visitors, part, PARTS)]
    pages = [way for way in firsts if way is not None]
    assert len(pages) >= FEWEST_PAGES // PARTS
    assert [it for page in pages for it in inspector.look(page, [next(looks)])] == []


@pytest.mark.prove
@pytest.mark.parametrize("part", range(4 * PARTS))
def test_each_page_of_the_staff_is_sound_for_everybody(elm, visitors, inspector, part):
    pages = [way for ways in ways_to(elm, visitors, part, 4 * PARTS) for way in ways]
    assert [it for page in pages for it in inspector.look(page, LOOKS)] == []


@pytest.mark.parametrize("host", ["portal", "links", "api"])
def test_pages_for_patients_and_systems_are_sound(elm, inspector, host):
    found = list(doors.of_patients(elm)[host])
    assert found
    assert [problem for way in found for problem in inspector.look(way, LOOKS)] == []


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("style", "style-src-attr inline"),
        ("script", "script-src-elem inline"),
        ("image", "image-alt"),
        ("wide", "390 px: wider than the window"),
    ],
)
def test_a_planted_fault_is_found(monkeypatch, inspector, fault, words):
    monkeypatch.setitem(URLCONFS, settings.HOSTS["staff"], planted_pages.__name__)
    faulty, sound = (Opening("staff", f"/planted/{it}/", Client()) for it in (fault, "none"))
    assert any(words in problem for problem in inspector.look(faulty, LOOKS))
    assert inspector.look(sound, LOOKS) == []
