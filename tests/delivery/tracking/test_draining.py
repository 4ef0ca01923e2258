"""What was done with a message becomes a row once, and a fact about the person only if a person did it."""

from datetime import timedelta

import pytest

from contacts.models import Activity
from delivery.models import Message, Reaction
from delivery.tracking import door, draining, stream
from tenancy import clock
from tenancy.scope import platform_scope, tenant_scope
from tests.conftest import make_tenant
from tests.delivery.tracking.counted import token_of
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_campaign, make_message


def rows() -> list[tuple[str, int | None, str]]:
    found = Reaction.objects.order_by("occurred_at", "link")
    return list(found.values_list("kind", "link", "doer"))


def facts() -> list[str]:
    return list(Activity.objects.order_by("occurred_at").values_list("kind", flat=True))


def test_a_click_and_an_opening_become_rows_and_facts(ask, token, message, campaign, drain):
    ask(f"/o/{token}.gif")
    ask(f"/c/{token}/1")
    assert drain() == 1
    assert rows() == [("opened", None, "person"), ("clicked", 1, "person")]
    fact = Activity.objects.get(kind="clicked")
    assert (fact.contact_id, fact.cause, fact.cause_id) == (
        message.contact_id, "campaign", campaign.id,
    )  # fmt: skip
    assert stream.valkey().xlen(stream.STREAM) == 0


def test_what_is_still_young_waits_for_what_may_follow(ask, token):
    ask(f"/c/{token}/1")
    door.outbox.flush()
    with platform_scope():
        assert draining.drain() == 0
    assert rows() == []
    assert stream.valkey().xlen(stream.STREAM) == 1


def test_a_backlog_is_stored_in_pieces_that_fit_into_memory(ask, token, drain, monkeypatch):
    monkeypatch.setattr(draining, "MOST_FACTS", 3)
    monkeypatch.setattr(stream, "IN_ONE_ENTRY", 2)
    for number in range(3):
        ask(f"/c/{token}/{number}")
        ask(f"/c/{token}/{number}", method="HEAD")
    assert (drain(), len(rows())) == (2, 4)
    assert (drain(), drain(), len(rows())) == (1, 0, 6)


def test_a_flood_that_is_still_young_does_not_stand_still(ask, token, monkeypatch):
    monkeypatch.setattr(stream, "IN_ONE_ENTRY", 1)
    for number in range(3):
        ask(f"/c/{token}/{number}")
    door.outbox.flush()
    monkeypatch.setattr(draining, "MOST_FACTS", 4)
    with platform_scope():
        assert draining.drain() == 0
        monkeypatch.setattr(draining, "MOST_FACTS", 3)
        assert draining.drain() == 2
    assert stream.valkey().xlen(stream.STREAM) == 1


def test_machines_are_rows_and_never_facts(ask, token, drain):
    ask(f"/o/{token}.gif", HTTP_USER_AGENT="Mozilla/5.0 (GoogleImageProxy)")
    ask(f"/c/{token}/0", HTTP_USER_AGENT="Barracuda Sentinel (EE)")
    drain()
    assert rows() == [("opened", None, "proxy"), ("clicked", 0, "scanner")]
    assert facts() == []


def test_all_links_at_once_is_a_machine_and_the_click_after_it_a_person(ask, token, drain):
    begun = clock.now()
    for number in range(3):
        with clock.at(begun + timedelta(seconds=2 * number)):
            ask(f"/c/{token}/{number}")
            door.outbox.flush()
    with clock.at(begun + timedelta(seconds=30)):
        ask(f"/c/{token}/2")
    drain()
    assert [doer for _, _, doer in rows()] == ["burst", "burst", "burst", "person"]
    assert facts() == ["clicked"]


def test_a_burst_over_two_drains_is_one_burst(ask, token):
    begun = clock.now()
    for number in range(3):
        with clock.at(begun + timedelta(seconds=4 * number)):
            ask(f"/c/{token}/{number}")
            door.outbox.flush()
    for seconds in (13, 17, 60):
        with clock.at(begun + timedelta(seconds=seconds)), platform_scope():
            assert draining.drain() == 1
    assert [doer for _, _, doer in rows()] == ["burst"] * 3
    assert facts() == []


def test_drained_twice_it_is_there_once(ask, token, drain, monkeypatch):
    """As after a drain that died before it took the entries out."""
    ask(f"/c/{token}/1")
    monkeypatch.setattr(stream, "forget", lambda _entries: None)
    assert (drain(), drain()) == (1, 1)
    assert rows() == [("clicked", 1, "person")]
    assert facts() == ["clicked"]


def test_the_same_again_within_a_minute_is_one_act(ask, token, drain):
    begun = clock.now()
    for seconds in (0, 15, 50, 70):
        with clock.at(begun + timedelta(seconds=seconds)):
            ask(f"/o/{token}.gif")
    with clock.at(begun + timedelta(minutes=5)):
        drain()
    assert rows() == [("opened", None, "person")] * 2
    assert facts() == ["opened", "opened"]


def test_the_stream_holds_ids_and_numbers_only(ask, token):
    ask(f"/c/{token}/1", HTTP_USER_AGENT="Ada's phone", REMOTE_ADDR="198.51.100.7")
    door.outbox.flush()
    ((_, fields),) = stream.valkey().xrange(stream.STREAM)
    assert list(fields) == [b"facts"]
    assert len(fields[b"facts"]) == stream.FACT.size
    for told in (b"Ada", b"198.51.100.7", b"elm.example"):
        assert told not in fields[b"facts"]


def test_each_clinic_gets_its_own_and_an_erased_message_nothing(ask, token, message, drain):
    harbor = make_tenant("Harbor Dental")
    with tenant_scope(harbor.id):
        campaign = make_campaign(purpose="marketing")
        other = make_message(make_contact(), cause_id=campaign.id, status="sent", route="tls")
        gone = make_message(make_contact(external_id="2"), cause_id=campaign.id)
        theirs, lost = token_of(campaign, other), token_of(campaign, gone)
        Message.objects.filter(pk=gone.pk).delete()
    for each in (token, theirs, lost):
        ask(f"/c/{each}/0")
    with clock.at(clock.now() + timedelta(seconds=30)):
        drain()
    assert list(Reaction.objects.values_list("message_id", flat=True)) == [message.id]
    with tenant_scope(harbor.id):
        assert list(Reaction.objects.values_list("message_id", flat=True)) == [other.id]


@pytest.mark.parametrize("seconds", [0, 4])
def test_nobody_reads_within_seconds_of_delivery(ask, token, message, drain, seconds):
    with clock.at(message.settled_at + timedelta(seconds=seconds)):
        ask(f"/c/{token}/0")
        ask(f"/o/{token}.gif")
    drain()
    assert {doer for _, _, doer in rows()} == {"early"}
    assert facts() == []
