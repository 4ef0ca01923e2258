"""One click stops a kind of mail at once; looking at the page does not."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from audit.models import AuditEvent
from contacts import tokens
from contacts.models import Contact
from delivery import unsubscribe
from delivery.models import Message, MessageEvent
from delivery.reports import queries
from tenancy import clock
from tests.factories.delivery import make_campaign, make_message

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def browser() -> Client:
    return Client(headers={"host": settings.HOSTS["links"]}, enforce_csrf_checks=True)


@pytest.fixture
def message(ada) -> Message:
    campaign = make_campaign(purpose="marketing")
    return make_message(ada, cause_id=campaign.id, status="sent", route="tls")


def link_to(message: Message) -> str:
    return f"/u/{unsubscribe.signer().token(message.id)}"


@pytest.mark.parametrize(
    "encoding", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded"]
)
def test_a_mailbox_providers_post_takes_effect_at_once(browser, message, ada, encoding):
    body = {
        "application/x-www-form-urlencoded": "List-Unsubscribe=One-Click",
        "multipart/form-data; boundary=x": (
            '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
        ),
    }[encoding]
    answer = browser.generic("POST", link_to(message), body, content_type=encoding)
    assert answer.status_code == 200
    assert "It stops now" in answer.content.decode()
    assert Contact.objects.get(pk=ada.pk).consents == dict.fromkeys(
        ("marketing", "remunerated", "fundraising"), "withdrawn"
    )


def test_scanners_that_open_the_link_change_nothing(browser, message, ada):
    for _ in range(2):
        assert "Stop “News and offers”?" in browser.get(link_to(message)).content.decode()
        browser.head(link_to(message))
    assert Contact.objects.get(pk=ada.pk).consents == {}
    assert not MessageEvent.objects.exists()


def test_what_still_waits_of_that_kind_is_stopped_and_other_mail_is_not(browser, message, ada):
    waits = {"status": "queued", "route": "", "settled_at": None}
    of_the_kind = make_message(ada, cause_id=make_campaign(purpose="marketing").id, **waits)
    about_care = make_message(ada, cause_id=make_campaign(purpose="treatment").id, **waits)
    browser.post(link_to(message), ONE_CLICK)
    of_the_kind.refresh_from_db()
    about_care.refresh_from_db()
    assert (of_the_kind.status, of_the_kind.reason) == ("canceled", "unsubscribed")
    assert about_care.status == "queued"


def test_what_may_have_arrived_already_is_called_uncertain(browser, message, ada):
    waits = {"status": "deferred", "route": "", "settled_at": None, "uncertain_at": clock.now()}
    unknown = make_message(ada, cause_id=make_campaign(purpose="marketing").id, **waits)
    browser.post(link_to(message), ONE_CLICK)
    unknown.refresh_from_db()
    assert (unknown.status, unknown.reason) == ("uncertain", "no_answer")
    assert unknown.settled_at is not None
    assert not MessageEvent.objects.filter(message=unknown).exists()
    event = AuditEvent.objects.get(action="messages.canceled")
    told = dict(zip(event.detail["columns"], event.detail["messages"][0], strict=True))
    assert (told["id"], told["status"], told["kind"]) == (str(unknown.id), "uncertain", "")


def test_posting_twice_is_recorded_once(browser, message):
    for _ in range(2):
        assert browser.post(link_to(message), ONE_CLICK).status_code == 200
    assert list(MessageEvent.objects.values_list("kind", flat=True)) == ["unsubscribed"]
    assert queries.people_who_withdrew(message.cause_id) == 1


def test_a_broken_link_says_so_and_names_nobody(browser, message):
    token = link_to(message)
    nobodys = f"/u/{'A' * 64}"
    for path in ("/u/abc", nobodys, token[:-2] + ("AA" if not token.endswith("AA") else "BB")):
        answer = browser.post(path, ONE_CLICK)
        assert answer.status_code == 404
        assert "Elm Street" not in answer.content.decode()


def test_it_speaks_the_language_of_the_person(browser, message, ada):
    ada.identity = ada.identity | {"language": "es"}
    ada.save(update_fields=["identity"])
    assert "¿Detener «Noticias" in browser.get(link_to(message)).content.decode()
    english = browser.get(f"{link_to(message)}?lang=en").content.decode()
    assert "Stop “News and offers”?" in english


def test_it_leads_to_all_choices(browser, message, ada):
    token = tokens.make(tokens.PREFERENCES, ada.pk)
    link = reverse("preferences:page", args=[token], urlconf="config.urls.links")
    assert f'href="{link}"' in browser.get(link_to(message)).content.decode()
    assert f'href="{link}"' in browser.post(link_to(message), ONE_CLICK).content.decode()
