"""The patient's own page: no account, each choice is proof, stopping is as easy as pausing."""

import re

import pytest
from django.conf import settings
from django.test import Client

from compliance.models import Suppression
from contacts import tokens
from contacts.models import Activity, ConsentRecord, Contact
from tenancy.ids import uuid7
from tenancy.scope import tenant_scope
from tests.factories.contacts import make_contact


@pytest.fixture
def phone():
    return Client(headers={"host": settings.HOSTS["links"]})


@pytest.fixture
def ada(clinic):
    return make_contact(given_name="Ada")


def url_of(contact) -> str:
    return f"/p/{tokens.make(tokens.PREFERENCES, contact.pk)}"


def consents() -> dict[str, str]:
    return Contact.objects.get().consents


def test_the_address_of_the_page_tells_nothing(ada):
    token = tokens.make(tokens.PREFERENCES, ada.pk)
    assert len(token) == 64
    assert tokens.read(tokens.PREFERENCES, token) == (ada.tenant_id, ada.pk)


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-4], lambda t: t[:-1] + "A", lambda _: "x", lambda _: "A" * 64]
)
def test_a_spoiled_link_opens_nothing(phone, ada, spoil):
    token = spoil(tokens.make(tokens.PREFERENCES, ada.pk))
    answer = phone.get(f"/p/{token}")
    assert answer.status_code == 404
    assert "This link does not work" in answer.content.decode()


def test_a_link_of_another_audience_or_of_nobody_opens_nothing(phone, ada):
    for token in (tokens.make("unsubscribe", ada.pk), tokens.make(tokens.PREFERENCES, uuid7())):
        assert phone.get(f"/p/{token}").status_code == 404


def test_looking_changes_nothing_and_shows_no_more_than_a_masked_address(phone, ada):
    page = phone.get(url_of(ada))
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    text = page.content.decode()
    assert "a•••••@harbourmail.example" in text
    assert "Quennell" not in text
    assert not ConsentRecord.objects.exists()


def test_a_switched_off_topic_is_withdrawn_with_the_words_that_were_seen(phone, ada):
    phone.post(url_of(ada), {"topic": ["visits", "checkups"], "how": "email", "lang": "es"})
    assert consents() == {"payment": "withdrawn"}
    record = ConsentRecord.objects.get()
    assert (record.actor_kind, record.actor_id) == ("patient", str(ada.pk))
    assert record.evidence["wording"] == "Facturas: Cuando hay una nueva"
    assert record.evidence["language"] == "es"


def test_a_switched_on_topic_is_an_opt_in(phone, ada):
    phone.post(url_of(ada), {"topic": ["visits", "checkups", "bills", "news"], "how": "portal"})
    assert consents() == {"marketing": "granted"}
    assert Contact.objects.get().prefers_portal


@pytest.mark.parametrize("action", ["stop", "pause"])
def test_stopping_and_pausing_take_one_press_and_another_to_come_back(phone, ada, action):
    phone.post(url_of(ada), {"action": action})
    contact = Contact.objects.get()
    assert (contact.has_opted_out, contact.is_paused) == (action == "stop", action == "pause")
    phone.post(url_of(ada), {"action": "back"})
    contact = Contact.objects.get()
    assert (contact.has_opted_out, contact.is_paused) == (False, False)


def topics_on(page: str) -> list[str]:
    return re.findall(r'name="topic" value="(\w+)" checked', page)


def test_a_stop_takes_the_place_of_a_pause_and_nobody_has_come_back(phone, ada):
    for action in ("pause", "stop"):
        phone.post(url_of(ada), {"action": action})
    ada.refresh_from_db()
    assert (ada.has_opted_out, ada.paused_until) == (True, None)
    told = Activity.objects.filter(contact=ada).order_by("occurred_at", "pk")
    assert [fact.kind for fact in told] == ["paused", "withdrew"]


def test_a_stop_shows_every_topic_off_and_the_return_brings_the_choices_back(phone, ada):
    chosen = ["visits", "news"]
    phone.post(url_of(ada), {"topic": chosen, "how": "portal"})
    phone.post(url_of(ada), {"action": "stop"})
    stopped = phone.get(url_of(ada)).content.decode()
    assert topics_on(stopped) == []
    assert re.findall(r'name="topic" value="\w+"( disabled)>', stopped) == [" disabled"] * 6
    assert "All of this is off. If you come back, your choices are as they were." in stopped
    assert "An email that has already left can still arrive" in stopped
    assert 'value="save"' not in stopped
    phone.post(url_of(ada), {"topic": [], "how": "email"})  # sent by a page from before the stop
    phone.post(url_of(ada), {"action": "back"})
    back = phone.get(url_of(ada)).content.decode()
    assert topics_on(back) == chosen
    assert '<option value="portal" selected>' in back
    assert "All of this is off." not in back


def test_the_last_change_can_be_undone(phone, ada):
    answer = phone.post(url_of(ada), {"topic": ["visits", "checkups"], "how": "email"})
    page = phone.get(answer.headers["Location"]).content.decode()
    assert "Saved." in page
    assert "Undo" in page
    phone.post(f"{url_of(ada)}/undo")
    assert consents() == {"payment": "granted"}
    assert [r.state for r in ConsentRecord.objects.order_by("recorded_at")] == [
        "withdrawn",
        "granted",
    ]


def test_an_undo_of_somebody_else_does_nothing(phone, ada):
    bo = make_contact(external_id="bo")
    phone.post(url_of(ada), {"action": "stop"})
    phone.post(f"{url_of(bo)}/undo")
    assert Contact.objects.get(pk=ada.pk).has_opted_out
    assert not ConsentRecord.objects.filter(contact_id=bo.pk).exists()


def test_somebody_elses_mailbox_is_never_written_to_again(phone, ada):
    phone.post(url_of(ada), {"action": "not_me"})
    assert Suppression.objects.get().reason == "wrong_person"
    assert Contact.objects.get().has_opted_out


@pytest.mark.parametrize(
    ("language", "query", "heading"),
    [
        ("en", "", "What would you like to hear from us?"),
        ("es", "", "¿Qué le gustaría recibir de nosotros?"),
        ("es", "?lang=en", "What would you like to hear from us?"),
    ],
)
def test_it_speaks_the_persons_language(clinic, phone, language, query, heading):
    contact = make_contact(language=language)
    assert heading in phone.get(url_of(contact) + query).content.decode()


def test_a_link_works_only_on_its_own_tenants_person(clinic, other_clinic, phone, ada):
    with tenant_scope(other_clinic.id):
        token = tokens.make(tokens.PREFERENCES, ada.pk)
    assert phone.get(f"/p/{token}").status_code == 404
