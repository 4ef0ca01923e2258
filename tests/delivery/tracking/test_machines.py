"""People and machines are told apart by lists that are data, and by what no person does."""

from datetime import timedelta

import pytest

from delivery.tracking import machines
from delivery.tracking.machines import PROBE, SIGNS, Act, History
from tenancy import clock
from tests.delivery.tracking.conftest import SAFARI

NOW = clock.now()
HOME = "198.51.100.7"


@pytest.mark.parametrize(
    ("agent", "address", "expected"),
    [
        (SAFARI, HOME, "person"),
        (SAFARI, "2001:db8::7", "person"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Thunderbird/140.0", HOME, "person"),
        ("Mozilla/5.0", HOME, "proxy"),
        (SAFARI, "17.58.1.2", "proxy"),
        ("Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)", HOME, "proxy"),
        ("YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html", HOME, "proxy"),
        ("", HOME, "scanner"),
        ("python-requests/2.32", HOME, "scanner"),
        ("SkypeUriPreview Preview/0.5", HOME, "scanner"),
        (SAFARI, "67.231.152.9", "scanner"),
    ],
)  # fmt: skip
def test_who_a_request_says_it_is(agent, address, expected):
    assert SIGNS[machines.sign_of(agent, address)].value == expected


def acts(*seconds_and_links: tuple[float, int], sign: int = 0) -> list[Act]:
    return [Act(NOW + timedelta(seconds=second), link, sign) for second, link in seconds_and_links]


def doers(known: list[Act], *, delivered: float | None = -3600) -> list[str]:
    then = None if delivered is None else NOW + timedelta(seconds=delivered)
    history = History(known, then)
    return [history.doer_of(act).value for act in known]


@pytest.mark.parametrize(
    ("clicks", "expected"),
    [
        ([(0, 0)], ["person"]),
        ([(0, 0), (60, 1), (120, 2)], ["person"] * 3),
        ([(0, 0), (5, 1)], ["person"] * 2),
        ([(0, 0), (0.5, 0)], ["person"] * 2),
        ([(0, 0), (0.5, 1)], ["burst"] * 2),
        ([(0, 0), (4, 1), (9, 2)], ["burst"] * 3),
        ([(0, 0), (8, 1), (16, 2)], ["person"] * 3),
        ([(0, 0), (4, 1), (9, 2), (60, 1)], ["burst", "burst", "burst", "person"]),
    ],
)
def test_how_fast_people_are(clicks, expected):
    assert doers(acts(*clicks)) == expected


def test_who_asked_for_the_head_alone_also_followed_the_link():
    probe = acts((0, 0), sign=PROBE)
    assert doers(probe + acts((1, 0), (60, 1))) == ["probe", "scanner", "person"]


def test_openings_are_not_part_of_a_burst_of_clicks():
    assert doers(acts((0, -1), (1, 0), (3, -1))) == ["person"] * 3


@pytest.mark.parametrize(
    ("delivered", "expected"), [(-4.9, "early"), (-5, "person"), (None, "person")]
)
def test_a_message_is_not_read_before_it_can_be_seen(delivered, expected):
    assert doers(acts((0, 0)), delivered=delivered) == [expected]


def test_every_mark_has_a_reason_and_fits_a_real_request():
    for kind in machines._KNOWN.values():
        for marks in kind.values():
            assert all(reason for reason in marks.values())
    agents = [agent for kind in machines._KNOWN.values() for agent in kind["agents"]]
    assert agents == [agent.lower() for agent in agents]
    assert not any(agent in SAFARI.lower() for agent in agents)
