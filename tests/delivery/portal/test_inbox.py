"""The list of a person's messages: for whom a passkey or a passphrase told, and no key to anything on it."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from delivery.escrow import services as escrow
from delivery.models import EscrowItem, EscrowVisit
from delivery.portal import dates
from tenancy import clock
from tests.accounts.authenticator import Authenticator
from tests.delivery.portal.test_pages import enter, gate_of, page, prove
from tests.delivery.portal.test_passkeys import set_up, use
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_item


@pytest.fixture
def browser() -> Client:
    return Client(headers={"host": settings.HOSTS["portal"]})


@pytest.fixture
def device() -> Authenticator:
    return Authenticator(settings.HOSTS["portal"], settings.ORIGINS["portal"])


@pytest.fixture
def item(ada) -> EscrowItem:
    return make_item(ada, subject="Your visit", text="At 10:20")


def listed(browser, item) -> str:
    answer = browser.get(f"{gate_of(item)}/messages")
    assert answer.status_code == 200
    return page(answer)


def gates_in(shown: str, *items: EscrowItem) -> list[bool]:
    return [f'href="{gate_of(each)}?in=en"' in shown for each in items]


def test_a_passkey_shows_what_the_person_can_still_open(browser, device, ada, nurse, item):
    earlier, recalled, expired = make_item(ada), make_item(ada), make_item(ada)
    of_somebody_else = make_item(make_contact())
    escrow.revoke(recalled, actor=nurse)
    past = clock.now() - timedelta(days=1)
    EscrowItem.objects.filter(pk=expired.pk).update(expires_at=past)
    set_up(browser, make_item(ada), device)
    use(browser, item, device)
    assert f"{gate_of(item)}/messages" in page(browser.get(f"{gate_of(item)}/message"))
    shown = listed(browser, item)
    assert gates_in(shown, earlier, recalled, expired, of_somebody_else) == [True] + [False] * 3
    assert f'href="{gate_of(item)}/message"' in shown
    assert "Your visit" not in shown
    assert "At 10:20" not in shown


def test_what_needs_more_than_was_shown_is_not_listed(browser, device, ada, item):
    unsafe = make_item(ada, reason=EscrowItem.Reason.UNSAFE_TRANSPORT)
    set_up(browser, item, device)
    assert gates_in(listed(browser, item), unsafe) == [False]
    EscrowVisit.objects.filter(item=item).update(strength=2)
    assert gates_in(listed(browser, item), unsafe) == [True]


def test_the_list_opens_none_of_them(browser, device, ada, item):
    other = make_item(ada)
    set_up(browser, item, device)
    listed(browser, item)
    assert not EscrowVisit.objects.filter(item=other).exists()
    for path in ("check", "message", "sealed", "messages", "device"):
        assert browser.get(f"{gate_of(other)}/{path}").status_code == 403
    prove(browser, other)
    assert browser.get(f"{gate_of(other)}/sealed").status_code == 403


def test_a_code_and_facts_tell_one_message_only(browser, ada, item):
    make_item(ada)
    prove(browser, item)
    assert browser.get(f"{gate_of(item)}/messages").headers["Location"].endswith("/message")
    enter(browser, make_item(ada))
    browser.post(f"{gate_of(item)}/leave")
    enter(browser, item)
    assert "/messages" not in page(browser.get(f"{gate_of(item)}/message"))
    assert browser.get(f"{gate_of(item)}/messages").headers["Location"].endswith("/message")
    assert browser.get(f"{gate_of(item)}/device").status_code == 403


def test_a_passphrase_shows_the_list_and_no_key_of_the_device(browser, ada, item):
    other = make_item(ada)
    enter(browser, item)
    EscrowVisit.objects.filter(item=item).update(strength=3)
    assert gates_in(listed(browser, item), other) == [True]
    assert browser.get(f"{gate_of(item)}/device").status_code == 403


def test_the_key_of_the_device_ends_with_the_passkey(browser, device, ada, item):
    set_up(browser, item, device)
    first = browser.get(f"{gate_of(item)}/device").json()["key"]
    assert first == browser.get(f"{gate_of(item)}/device").json()["key"]
    assert len(bytes.fromhex(first)) == 32
    browser.post(f"{gate_of(item)}/passkey/remove")
    assert browser.get(f"{gate_of(item)}/device").status_code == 403
    browser.post(f"{gate_of(item)}/leave")
    again = make_item(ada)
    set_up(browser, again, Authenticator(settings.HOSTS["portal"], settings.ORIGINS["portal"]))
    assert browser.get(f"{gate_of(again)}/device").json()["key"] != first


def test_each_row_says_when_and_whether_it_was_read(clinic, browser, device, ada, item):
    read, unread = make_item(ada), make_item(ada)
    EscrowItem.objects.filter(pk=read.pk).update(status="read", read_at=clock.now())
    set_up(browser, item, device)
    shown = listed(browser, item)
    written, told = (
        form(unread.deposited_at, "en", clinic.time_zone)
        for form in (dates.day_and_time, dates.day)
    )
    assert f"Written on {written}" in shown
    assert (shown.count("You have read it."), shown.count("not read it yet.")) == (1, 2)
    assert f"email that we sent to you on {told}" in shown
