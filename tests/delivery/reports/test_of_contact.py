"""A person's messages, as the page that contacts has of them shows them."""

import re

import pytest

from audit.models import AuditEvent
from delivery.models import SingleSend
from tests.accounts.signing_in import browser_of, make_member
from tests.delivery.reports.reading import SENT, page
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_campaign, make_message


@pytest.fixture
def marketer(clinic):
    return browser_of(make_member(clinic, "marketer"))


def test_a_contacts_page_shows_that_persons_messages(marketer, ada):
    campaign = make_campaign()
    other = make_contact(email="other@postbox.example")
    sent = make_message(ada, cause_id=campaign.id, **SENT)
    single = SingleSend.objects.create(campaign=campaign, asked_by="key")
    refused = {"status": "failed", "route": "", "reason": "no_such_address"}
    make_message(ada, cause="api", cause_id=single.id, **refused)
    make_message(ada, cause="notice", status="queued", settled_at=None, route="plain")
    make_message(ada, cause="test", **SENT)
    make_message(ada, cause="notice", mail_class="code", **SENT)
    make_message(other, cause_id=campaign.id, **SENT)
    path = f"/contacts/{ada.id}/messages/"
    assert f'hx-get="{path}"' in marketer.get(f"/contacts/{ada.id}/").content.decode()
    answer = marketer.get(path)
    shown = page(answer)
    assert "Mammogram reminder Sent Verified TLS" in shown
    assert "Mammogram reminder Failed The mailbox does not exist. None" in shown
    assert "Portal notice Waiting to be sent None" in shown
    linked = re.findall(r"/messages/([0-9a-f-]{36})/", answer.content.decode())
    assert (len(linked), linked[-1]) == (3, str(sent.id))
    assert "<html" not in answer.content.decode()
    viewed = AuditEvent.objects.get(action="contact.messages_viewed")
    assert viewed.object_id == str(ada.id)


def test_older_messages_of_a_person_are_a_press_away(marketer, ada):
    made = sorted((make_message(ada, **SENT) for _ in range(11)), key=lambda message: message.id)
    path = f"/contacts/{ada.id}/messages/"
    first = marketer.get(path).content.decode()
    assert f'hx-get="{path}?before={made[1].id}"' in first
    assert str(made[0].id) not in first
    rest = marketer.get(f"{path}?before={made[1].id}").content.decode()
    assert re.findall(r"/messages/([0-9a-f-]{36})/", rest) == [str(made[0].id)]
    assert "Older messages" not in rest


@pytest.mark.parametrize("role", ["admin", "auditor"])
def test_who_may_not_see_messages_is_not_asked_for_them(clinic, ada, role):
    browser = browser_of(make_member(clinic, role, "Somebody Else"))
    shown = browser.get(f"/contacts/{ada.id}/")
    assert (shown.status_code, b"contacts/%s/messages" % str(ada.id).encode() in shown.content) == (
        200,
        False,
    )
    assert browser.get(f"/contacts/{ada.id}/messages/").status_code == 403
    assert not AuditEvent.objects.filter(action="contact.messages_viewed").exists()


def test_a_person_without_messages_is_told_so(marketer, ada):
    assert "No message was made for this person yet." in page(
        marketer.get(f"/contacts/{ada.id}/messages/")
    )
