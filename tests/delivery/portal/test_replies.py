"""What people write back in the portal: sealed, counted, for staff; never sent by email."""

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from audit.models import AuditEvent
from compliance import services as compliance
from contacts.models import Activity
from delivery.escrow import keys
from delivery.models import EscrowEvent, EscrowItem, Message, Reply
from tests.delivery.portal.test_pages import RIGHT, enter, gate_of, mailed_code, page, prove
from tests.factories.delivery import make_item

WORDS = "Is Tuesday possible?\nI take warfarin."


@pytest.fixture
def item(ada) -> EscrowItem:
    return make_item(ada, subject="Your visit", text="At 10:20")


@pytest.fixture
def browser(item) -> Client:
    client = Client(headers={"host": settings.HOSTS["portal"]})
    enter(client, item)
    return client


def write(browser, item, words=WORDS):
    return browser.post(f"{gate_of(item)}/reply", {"reply": words})


def test_a_reply_waits_for_staff_and_no_mail_carries_it(browser, ada, item):
    mails = Message.objects.count()
    answer = write(browser, item)
    assert answer.headers["Location"] == f"{gate_of(item)}/message?said=reply_sent"
    assert "Your reply is with the clinic." in page(browser.get(answer.headers["Location"]))
    reply = Reply.objects.get()
    assert (reply.text, reply.sender, reply.message_id) == (
        WORDS,
        "ada@postbox.example",
        item.message_id,
    )
    assert Message.objects.count() == mails
    assert Activity.objects.filter(contact=ada, kind=Activity.Kind.REPLIED).count() == 1
    assert EscrowEvent.objects.filter(item=item, kind="replied").count() == 1
    assert AuditEvent.objects.get(action="portal.replied").actor_kind == "patient"


def test_it_rests_sealed(browser, item):
    write(browser, item)
    with connection.cursor() as cursor:
        cursor.execute("SELECT delivery_reply::text FROM delivery_reply")
        rests = str(cursor.fetchone()[0])
    assert str(item.message_id) in rests  # positive control
    assert "warfarin" not in rests
    assert b"warfarin".hex() not in rests


def test_five_are_enough(browser, item):
    for _ in range(5):
        write(browser, item)
    assert write(browser, item).headers["Location"].endswith("?said=reply_not_taken")
    assert Reply.objects.count() == 5
    assert "Write back to the clinic" not in page(browser.get(f"{gate_of(item)}/message"))


@pytest.mark.parametrize("words", ["", "  \n ", "x" * 10_001])
def test_nothing_and_too_much_are_not_taken(browser, item, words):
    assert write(browser, item, words).headers["Location"].endswith("?said=reply_not_taken")
    assert not Reply.objects.exists()


def test_a_clinic_may_want_none(browser, item, nurse):
    compliance.set_policy({"portal_may_reply": False}, actor=nurse)
    assert "Write back to the clinic" not in page(browser.get(f"{gate_of(item)}/message"))
    assert write(browser, item).headers["Location"].endswith("?said=reply_not_taken")
    assert not Reply.objects.exists()


def test_nobody_writes_before_the_check(ada):
    other, stranger = make_item(ada), Client(headers={"host": settings.HOSTS["portal"]})
    assert write(stranger, other).status_code == 403
    prove(stranger, other)
    assert write(stranger, other).headers["Location"] == f"{gate_of(other)}/check"
    assert not Reply.objects.exists()


def test_without_script_one_replies_from_the_plain_page(ada):
    item, client = make_item(ada), Client(headers={"host": settings.HOSTS["portal"]})
    typed = keys.to_groups(item.notice_link_key)
    client.post(gate_of(item), {"access_key": typed, "proof": ""})
    client.post(f"{gate_of(item)}/check", RIGHT | {"code": mailed_code(item)})
    assert f'action="{gate_of(item)}/reply"' in page(
        client.post(f"{gate_of(item)}/plain", {"access_key": typed})
    )
