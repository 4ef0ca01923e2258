"""What begins in the place of a message that ended, before the thread with the database hears of it."""

import math
import time

import pytest

from delivery.handover import Handover
from delivery.lanes.lane import Lane
from delivery.lanes.limits import Grant
from delivery.wire.door import Outcome, Result
from delivery.wire.reply import Reply
from delivery.wire.session import Stage
from tests import fakes
from tests.delivery.wires import envelope

TOO_FAST = Outcome(Result.REFUSED, Stage.MAIL, Reply(421, "4.7.0", "too many"), "mx")


def lane(slots: int = 2, tokens: float = math.inf) -> Lane:
    """With two under way and two that wait."""
    found = Lane("out.example", "x.example", "worker", busy=2, grant=Grant(slots, tokens, 0.0))
    for name in ("ada", "ben"):
        found.put(envelope(name))
    return found


def test_the_next_in_line_follows_what_ended_well():
    found = lane()
    names = [found.follow(outcome).rcpt_to for outcome in (fakes.ACCEPTED, fakes.UNKNOWN_USER)]
    assert names == ["ada@x.example", "ben@x.example"]
    assert found.follow(fakes.ACCEPTED) is None
    assert (found.busy, len(found.waiting)) == (2, 0)


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (lane(), TOO_FAST),
        (lane(), fakes.UNREACHABLE),
        (lane(slots=1), fakes.ACCEPTED),
        (lane(tokens=5.0), fakes.ACCEPTED),
    ],
    ids=["too fast", "lost", "fewer than before", "a pace is set"],
)
def test_nothing_follows_where_the_lane_must_be_asked(found, outcome):
    assert found.follow(outcome) is None
    assert len(found.waiting) == 2


def test_nothing_follows_while_a_complaint_is_not_told():
    found = lane()
    found.ended(TOO_FAST)
    assert found.follow(fakes.ACCEPTED) is None


def test_all_of_a_lane_go_though_nobody_gathers():
    transport = fakes.FakeTransport()
    with Handover(transport, lambda _: True) as handover:
        for number in range(30):
            handover.put(envelope(f"p{number}"))
        ended = handover.gather()
        while len(transport.handed_over) < 30:
            time.sleep(0.01)
        while not handover.is_idle:
            ended += handover.gather()
    assert [done.outcome.result for done in ended] == [Result.ACCEPTED] * 30
    assert {len(letters) for letters in transport.handed_over.values()} == {1}
