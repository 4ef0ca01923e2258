"""Looks at people: shown for five minutes by a row, told at twenty an hour, refused at sixty."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Membership
from accounts.services.sign_in import actor_for
from audit.models import AuditEvent
from compliance.models import Alert
from compliance.services import alerts
from contacts.models import Look
from contacts.models.looks import REVEAL_LASTS
from contacts.services import looks
from tenancy import clock
from tenancy.models import SystemMail
from tests.accounts.signing_in import browser_of, make_member
from tests.factories.contacts import make_contact

REASON = {"reason": "The person is on the phone or at the desk", "note": ""}
SECOND = timedelta(seconds=1)


@pytest.fixture
def mara(clinic):
    return make_member(clinic, "marketer", "Mara Marketer")


@pytest.fixture
def officer(clinic):
    return make_member(clinic, "compliance_officer", "Cora Officer")


def look(person, times):
    contact = make_contact()
    for _ in range(times):
        looks.begin_reveal(contact, actor=actor_for(person))
    return contact


def test_what_is_shown_ends_on_the_server_after_five_minutes_in_every_window(
    mara, clinic, agreement
):
    contact = make_contact(given_name="Marisol")
    url = f"/contacts/{contact.pk}/"
    first, second = browser_of(mara), browser_of(mara)
    first.post(f"{url}reveal/", REASON)
    begun = Look.objects.get()
    assert begun.shown_until == begun.occurred_at + REVEAL_LASTS
    with clock.at(begun.shown_until - SECOND):
        assert "Marisol" in second.get(url).content.decode()
        assert second.get(f"{url}edit/").status_code == 200
    with clock.at(begun.shown_until):
        for browser in (first, second):
            assert "Marisol" not in browser.get(url).content.decode()
            assert browser.get(f"{url}edit/").url == url
            browser.post(f"{url}edit/", {"given_name": "Eve"})
    contact.refresh_from_db()
    assert contact.identity["given_name"] == "Marisol"


def test_a_look_is_one_persons_and_ends_with_the_right(mara, officer, clinic, agreement):
    contact = make_contact(given_name="Marisol")
    url = f"/contacts/{contact.pk}/"
    browser = browser_of(mara)
    browser.post(f"{url}reveal/", REASON)
    assert "Marisol" not in browser_of(officer).get(url).content.decode()
    assert "Marisol" in browser.get(url).content.decode()
    Membership.objects.filter(user=mara).update(role="admin")
    assert "Marisol" not in browser.get(url).content.decode()


def test_the_twentieth_look_within_an_hour_is_told_once(mara, officer, clinic):
    owner = make_member(clinic, "owner", "Olive Owner")
    look(mara, 19)
    assert not Alert.objects.exists()
    contact = look(mara, 3)
    alert = Alert.objects.get()
    assert (alert.kind, alert.person_name, alert.count) == ("reveals", "Mara Marketer", 22)
    mails = SystemMail.objects.filter(kind="alert")
    assert sorted(mail.to for mail in mails) == sorted([officer.email, owner.email])
    assert str(contact.pk) not in str([mail.context for mail in mails])
    assert "Mara Marketer looked at the data" in browser_of(officer).get("/").content.decode()
    assert "1 to look into" in browser_of(officer).get("/compliance/").content.decode()


def test_looks_of_another_hour_do_not_count(mara):
    with clock.at(clock.now() - timedelta(minutes=61)):
        look(mara, 19)
    look(mara, 19)
    assert not Alert.objects.exists()


def test_after_sixty_nothing_is_shown_and_the_page_says_what_to_do(
    mara, officer, clinic, agreement
):
    contact = look(mara, 60)
    browser = browser_of(mara)
    answer = browser.post(f"/contacts/{contact.pk}/reveal/", REASON)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "You have looked at 60 people within an hour. Wait 1 hour" in page
    assert "Ask Cora Officer." in page
    assert Look.objects.count() == 60
    assert AuditEvent.objects.get(outcome="denied").detail == {"reason": "budget"}
    with clock.at(clock.now() + timedelta(minutes=61)):
        looks.begin_reveal(contact, actor=actor_for(mara))


def test_an_officer_lets_somebody_go_on(mara, officer, agreement):
    contact = look(mara, 60)
    alert = Alert.objects.get()
    browser = browser_of(officer)
    url = f"/compliance/alerts/{alert.pk}/"
    assert "What did you find?" in browser.get(url).content.decode()
    assert browser.post(f"{url}answer/", {"answer": ""}).status_code == 422
    browser.post(f"{url}answer/", {"answer": "A flu clinic: all at the desk.", "lets_go_on": "on"})
    looks.begin_reveal(contact, actor=actor_for(mara))
    alert.refresh_from_db()
    assert (alert.answered_by_name, alert.is_lifted) == ("Cora Officer", True)
    assert AuditEvent.objects.get(action="alert.answered").detail == {
        "kind": "reveals", "lets_go_on": True,
    }  # fmt: skip
    assert "A flu clinic" in browser.get(url).content.decode()


def test_an_answer_alone_lifts_nothing(mara, officer):
    contact = look(mara, 60)
    alerts.answer(
        Alert.objects.get().pk, text="I asked her.", lets_go_on=False, actor=actor_for(officer)
    )
    with pytest.raises(looks.TooManyLooks):
        looks.begin_reveal(contact, actor=actor_for(mara))


def test_nobody_answers_an_alert_about_themselves(officer, agreement):
    look(officer, 20)
    alert = Alert.objects.get()
    browser = browser_of(officer)
    url = f"/compliance/alerts/{alert.pk}/"
    assert "somebody else answers it" in browser.get(url).content.decode()
    assert browser.post(f"{url}answer/", {"answer": "It was me."}).status_code == 422
    with pytest.raises(IntegrityError, match="not_answered_by_its_person"), transaction.atomic():
        Alert.objects.update(answered_by=alert.person_id, answered_at=clock.now())
    alert.refresh_from_db()
    assert alert.is_open


def test_many_searches_are_told(mara, officer, clinic, agreement):
    for _ in range(59):
        looks.note_search(actor=actor_for(mara), found=1)
    assert not Alert.objects.exists()
    browser_of(mara).post("/contacts/search/", {"text": "marisol"})
    assert Alert.objects.get().kind == "searches"


@pytest.mark.parametrize(("kind", "told_at"), [("upload", 10), ("sample", 20), ("export", 5)])
def test_files_looked_into_are_told(mara, kind, told_at):
    for _ in range(told_at - 1):
        looks.note(Look.Kind(kind), actor=actor_for(mara))
    assert not Alert.objects.exists()
    looks.note(Look.Kind(kind), actor=actor_for(mara))
    alert = Alert.objects.get()
    assert (alert.kind, alert.count) == (f"{kind}s", told_at)


def test_an_officer_reads_how_often_each_person_looked(mara, officer, agreement):
    look(mara, 3)
    with clock.at(clock.now() - timedelta(days=2)):
        look(mara, 4)
    page = browser_of(officer).get("/compliance/looks/").content.decode()
    row = page.partition("Mara Marketer</a>")[2].partition("</tr>")[0]
    assert [cell.partition("<")[0] for cell in row.split('class="n')[1:]] == [
        '">3', ' sp-hide-sm">3', '">7', ' sp-hide-sm">0', ' sp-hide-sm">0', ' sp-hide-sm">0',
    ]  # fmt: skip
    assert browser_of(mara).get("/compliance/looks/").status_code == 403


@pytest.mark.parametrize(
    "change",
    [{"contact": None}, {"shown_until": None}, {"kind": "search"}, {"kind": "glance"},
     {"shown_until": clock.now() + timedelta(hours=1)}],
)  # fmt: skip
def test_the_database_shows_nobody_longer(mara, change):
    look(mara, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Look.objects.update(**change)
