"""When receivers refuse mail for its sender, staff hear of it."""

from datetime import timedelta

import pytest

from accounts.services.sign_in import actor_for
from audit.models import AuditEvent
from compliance.models import Alert, Suppression
from compliance.services import alerts
from delivery import standing
from delivery.inbound import accepting, reading
from delivery.inbound.accepting import Arrival
from delivery.inbound.recipients import destination_of
from delivery.models import Message
from tenancy import clock
from tenancy.models import SystemMail
from tests import fakes
from tests.accounts.signing_in import browser_of, make_member
from tests.compliance.reading import text_of
from tests.delivery.inbound.conftest import return_path
from tests.delivery.inbound.mails import report
from tests.delivery.sending import due, send
from tests.factories.campaigns import sender
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_message


@pytest.fixture
def owner(clinic):
    return make_member(clinic, "owner", "Olive Owner")


def refuse(number: int) -> None:
    """So many messages, each refused at the last word."""
    names = [f"p{index}" for index in range(number)]
    for name in names:
        due(name)
    addresses = [f"{name}@x.example" for name in names]
    send(fakes.FakeTransport(dict.fromkeys(addresses, fakes.SENDER_REFUSED)))


def test_a_few_refusals_a_day_are_no_news(owner):
    refuse(standing.MOST_A_DAY)
    assert Message.objects.filter(reason="sender_refused").count() == 5
    assert not Alert.objects.exists()
    with clock.at(clock.now() + timedelta(days=1, minutes=1)):
        refuse(1)
        assert not Alert.objects.exists()


def test_more_are_told_once_and_suppress_nobody(owner):
    refuse(6)
    alert = Alert.objects.get()
    assert (alert.kind, alert.person_name, alert.count) == ("refused", "Receiving mail servers", 6)
    mail = SystemMail.objects.get(kind="alert")
    assert (mail.to, mail.context["span"]) == (owner.email, "a day")
    refuse(2)
    alert.refresh_from_db()
    assert alert.count == 8
    assert SystemMail.objects.filter(kind="alert").count() == 1
    assert AuditEvent.objects.filter(action="alert.raised").count() == 1
    assert not Suppression.objects.exists()


def test_what_comes_back_later_counts_too(owner):
    sender()
    ada = make_contact(external_id="EV-1", email="ada@postbox.example", given_name="Ada")
    refuse(4)
    for number in range(2):
        assert not Alert.objects.exists()
        message = make_message(ada, status=Message.Status.SENT, route=Message.Route.TLS)
        said = (
            f"Final-Recipient: rfc822; ada{number}@x.example",
            "Action: failed",
            "Status: 5.7.1",
        )
        to = return_path(message)
        accepting.keep(Arrival("", ((to, destination_of(to, "")),), report(*said)))
        reading.read_waiting()
    assert Alert.objects.get().count == 6


def test_an_answered_alert_counts_anew(owner):
    refuse(6)
    officer = actor_for(owner)
    alerts.answer(
        Alert.objects.get().pk, text="A record was gone.", lets_go_on=False, actor=officer
    )
    refuse(5)
    assert Alert.objects.filter(answered_at=None).count() == 0
    refuse(1)
    assert Alert.objects.get(answered_at=None).count == 6


def test_the_pages_say_what_to_do(owner):
    refuse(6)
    browser = browser_of(owner)
    home = text_of(browser.get("/"))
    assert "Receiving mail servers refused mail because of its sender" in home
    assert "6 times within a day" in home
    page = text_of(browser.get(f"/compliance/alerts/{Alert.objects.get().pk}/"))
    assert "check the records of the sender domain" in page
    assert "6 within a day" in text_of(browser.get("/compliance/alerts/"))
