"""Links and dots are answered before Django: where their author said, without cookies, with all headers."""

import pytest
from django.conf import settings
from django.db import connections
from redis import Redis

from audit.models import AuditEvent
from campaigns.models import Campaign
from delivery.models import LinkTable, Reaction
from delivery.tracking import door, machines, stream, tables
from delivery.tracking.tokens import Mark
from tenancy import clock, keyring
from tenancy.models import KeyRing
from tenancy.scope import platform_scope
from tests.delivery.tracking.counted import TARGETS
from tests.factories.delivery import make_campaign

FROM_DJANGO = "599 Django"


def test_a_link_leads_where_its_author_said(ask, token):
    answer = ask(f"/c/{token}/0")
    assert (answer.status, answer.body) == ("302 Found", b"")
    assert answer.headers["Location"] == TARGETS[0]
    assert ask(f"/c/{token}/1").headers["Location"] == TARGETS[1]


def test_neither_answer_sets_a_cookie_is_kept_or_tells_where_somebody_came_from(ask, token):
    for path in (f"/c/{token}/0", f"/o/{token}.gif"):
        headers = ask(path).headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert not {"Set-Cookie", "ETag"} & set(headers)


@pytest.mark.parametrize(
    "change",
    ["{0}/3", "{0}/00003", "{0}/-1", "{0}/²", "{0}x/0", "AAAA/0", "{1}/0", "{0}", "{0}/0/"],
)
def test_leads_nowhere_else(ask, browser, token, drain, change):
    altered = token[:-1] + ("A" if token[-1] != "A" else "B")
    path = f"/c/{change.format(token, altered)}"
    assert ask(path).status == FROM_DJANGO
    assert browser.get(path).status_code == 404
    drain()
    assert not Reaction.objects.exists()


def test_a_table_of_another_campaign_or_clinic_is_not_this_ones(ask, token, other_clinic):
    other = tables.keep(make_campaign(purpose="marketing"), ["https://other.example/"])
    assert token != ""
    assert LinkTable.objects.count() == 2
    with pytest.raises(door.TokenBroken):
        tables.target(other_clinic.id, other, 0)
    assert tables.target(Campaign.objects.first().tenant_id, other, 0) == "https://other.example/"


def test_every_dot_looks_the_same_and_may_be_shown_by_a_mailbox(ask, token):
    known, unknown = ask(f"/o/{token}.gif"), ask("/o/AAAA.gif")
    assert (known.status, known.headers, known.body) == (
        unknown.status, unknown.headers, unknown.body,
    )  # fmt: skip
    assert known.headers["Content-Type"] == "image/gif"
    assert known.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert known.body == door.DOT


@pytest.mark.parametrize("more", [{"method": "POST"}, {"host": settings.HOSTS["staff"]}])
def test_everything_else_goes_to_django(ask, token, more):
    assert ask(f"/c/{token}/0", **more).status == FROM_DJANGO
    assert ask(f"/o/{token}.gif", **more).status == FROM_DJANGO
    assert ask("/u/AAAA").status == FROM_DJANGO


def test_once_opened_a_link_needs_no_database(ask, token, django_assert_num_queries):
    ask(f"/c/{token}/0")
    with django_assert_num_queries(0):
        assert ask(f"/c/{token}/1").headers["Location"] == TARGETS[1]


def test_a_made_up_token_asks_no_database(ask, token, django_assert_num_queries):
    keyring.forget()
    ask(f"/o/{token}.gif")
    with django_assert_num_queries(0), django_assert_num_queries(0, connection=connections["keys"]):
        assert ask(f"/c/{'A' * 72}/0").status == FROM_DJANGO


def test_off_is_off_also_for_what_is_in_memory(ask, token, clinic, browser):
    """Positive control: it led on before, and does again when the keys are on."""
    assert ask(f"/c/{token}/0").status == "302 Found"
    KeyRing.objects.filter(tenant=clinic.id).update(disabled_at=clock.now(), changes=99)
    keyring.forget()
    assert ask(f"/c/{token}/0").status == FROM_DJANGO
    assert browser.get(f"/c/{token}/0").status_code == 503
    assert not any(key[0] == clinic.id for key in tables._opened)
    KeyRing.objects.filter(tenant=clinic.id).update(disabled_at=None, changes=100)
    keyring.forget()
    assert ask(f"/c/{token}/0").status == "302 Found"


def test_without_valkey_links_lead_on_and_what_cannot_wait_is_counted(
    ask, token, monkeypatch, drain
):
    away = Redis.from_url("unix:///nowhere/v.sock")
    monkeypatch.setattr(stream, "valkey", lambda: away)
    door.outbox = stream.Outbox(most=2)
    for number in range(3):
        assert ask(f"/c/{token}/{number}").status == "302 Found"
    with pytest.raises(stream.RedisError):
        door.outbox.flush()
    monkeypatch.undo()
    door.outbox.flush()
    assert stream.take_lost() == 1
    drain()
    assert sorted(Reaction.objects.values_list("link", flat=True)) == [0, 1]


def test_a_stream_that_nobody_drains_does_not_fill_valkey(ask, token, monkeypatch):
    monkeypatch.setattr(stream, "MOST_BYTES", 1)
    for number in range(2):
        ask(f"/c/{token}/{number}")
        door.outbox.flush()
    assert stream.valkey().xlen(stream.STREAM) == 1
    assert stream.take_lost() == 1


def test_large_entries_are_told_from_small_ones(monkeypatch):
    """256 times as large: a number of entries would bound nothing."""
    crowd = stream.Outbox()
    for number in range(40 * stream.IN_ONE_ENTRY):
        crowd.add(Mark(bytes(16), number.to_bytes(16, "big"), bytes(8)), 0, 0)
    monkeypatch.setattr(stream, "MOST_BYTES", 200_000)
    crowd.flush()
    kept = stream.valkey().xlen(stream.STREAM)
    assert 10 <= kept <= 20
    assert stream.take_lost() == (40 - kept) * stream.IN_ONE_ENTRY


def test_the_operator_is_told_of_what_was_lost_once_an_hour(clinic, drain):
    def told() -> list[int]:
        with platform_scope():
            events = AuditEvent.objects.filter(action="reactions.lost").order_by("recorded_at")
            return [event.detail["count"] for event in events]

    before = told()
    stream.valkey().incrby(stream.LOST, 7)
    drain()
    stream.valkey().incrby(stream.LOST, 5)
    drain()
    assert told() == [*before, 7]
    stream.valkey().delete(stream.LOST_TOLD)
    drain()
    assert told() == [*before, 7, 5]


def test_long_names_of_programs_fill_no_memory(ask, token):
    machines.sign_of.cache_clear()
    for number in range(3):
        ask(f"/c/{token}/{number}", HTTP_USER_AGENT="Mozilla/5.0 " + "x" * 8_000 + str(number))
    assert machines.sign_of.cache_info().currsize == 1
