"""A visit needs the link key; nothing tells a wrong key from a message that is not there."""

from datetime import timedelta
from uuid import uuid4

import pytest

from delivery.escrow import keys, visits
from delivery.escrow import services as escrow
from delivery.escrow.visits import NotOpened, VisitEnded
from delivery.models import EscrowEvent, EscrowVisit
from tenancy import clock
from tests.factories.delivery import make_item

HERE = "203.0.113.0/24"


def begin(item) -> tuple[EscrowVisit, str]:
    return visits.prove(item.id, keys.proof(item.notice_link_key, item.id), network=HERE)


def test_the_link_key_begins_a_visit(ada):
    item = make_item(ada)
    visit, cookie = begin(item)
    assert visits.resume(item.id, cookie) == visit
    event = EscrowEvent.objects.get(item=item)
    assert (event.kind, event.detail) == ("proved", {"network": HERE})


def test_every_refusal_sounds_the_same(ada, nurse):
    item, recalled, expired = make_item(ada), make_item(ada), make_item(ada)
    right = {each: keys.proof(each.notice_link_key, each.id) for each in (item, recalled, expired)}
    escrow.revoke(recalled, actor=nurse)
    refusals = set()
    for item_id, shown in [
        (item.id, right[recalled]),
        (uuid4(), right[item]),
        (recalled.id, right[recalled]),
        (item.id, b""),
    ]:
        with pytest.raises(NotOpened) as refusal:
            visits.prove(item_id, shown, network=HERE)
        refusals.add(str(refusal.value))
    with clock.at(expired.expires_at), pytest.raises(NotOpened) as refusal:
        visits.prove(expired.id, right[expired], network=HERE)
    assert refusals == {str(refusal.value)}
    assert not EscrowVisit.objects.exists()


def test_a_link_serves_one_browser_at_a_time(ada):
    item = make_item(ada)
    _, first = begin(item)
    second_visit, second = begin(item)
    with pytest.raises(VisitEnded):
        visits.resume(item.id, first)
    assert visits.resume(item.id, second) == second_visit


def test_a_cookie_is_good_for_its_own_message_only(ada):
    one, other = make_item(ada), make_item(ada)
    _, cookie = begin(one)
    begin(other)
    with pytest.raises(VisitEnded):
        visits.resume(other.id, cookie)


def test_fifteen_quiet_minutes_end_a_visit(ada):
    item = make_item(ada)
    visit, cookie = begin(item)
    with clock.at(visit.seen_at + timedelta(minutes=14, seconds=59)):
        visits.resume(item.id, cookie)
    with clock.at(visit.seen_at + timedelta(minutes=29)):
        visits.resume(item.id, cookie)
    with clock.at(visit.seen_at + timedelta(minutes=44)), pytest.raises(VisitEnded):
        visits.resume(item.id, cookie)


def test_recall_ends_a_running_visit(ada, nurse):
    item = make_item(ada)
    _, cookie = begin(item)
    escrow.revoke(item, actor=nurse)
    with pytest.raises(VisitEnded):
        visits.resume(item.id, cookie)


def test_leaving_ends_it(ada):
    item = make_item(ada)
    visit, cookie = begin(item)
    visits.leave(visit)
    with pytest.raises(VisitEnded):
        visits.resume(item.id, cookie)


def test_the_database_holds_no_cookie(ada):
    visit, cookie = begin(make_item(ada))
    assert cookie.encode() not in bytes(EscrowVisit.objects.get(pk=visit.pk).cookie_digest)
