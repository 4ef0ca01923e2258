"""A form that comes twice acts once; its answer is come back to by a GET, for minutes, by its person."""

import re
import threading
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connections

from accounts.form_once import FIELD, PLAIN_FORM
from accounts.models import FormAnswer, Invitation, Membership
from contacts.models import Contact, ContactExport, Look
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.scope import tenant_scope
from tests.accounts.signing_in import browser_of, let_proof_grow_old, make_member
from tests.factories.compliance import agreement_in_force
from tests.factories.contacts import make_contact
from tests.security.routes import routes_of

ADA = {"external_id": "EV-1", "email": "ada@x.example"}
EXPORT = {"profile": "mailing", "why": "For the printer"}
SAMPLES = {"recipe": "billing", "row": "subject"}
INVITED = {"email": "ina@clinic.example", "role": "analyst"}


@pytest.fixture
def mara(clinic):
    agreement_in_force()
    return make_member(clinic, "marketer", "Mara Marketer")


def send(browser, path, fields=(), **more):
    """As a browser sends a form without a file."""
    body = urlencode(dict(fields), doseq=True)
    return browser.post(path, body, content_type=PLAIN_FORM, **more)


def with_token(fields):
    return {**fields, FIELD: str(uuid7())}


def token_on(page):
    return re.search(rf'name="{FIELD}" value="([0-9a-f-]{{36}})"', page.content.decode())[1]


def test_each_rendering_of_a_form_has_a_value_of_its_own(mara):
    browser = browser_of(mara)
    first, second = (token_on(browser.get("/contacts/new/")) for _ in range(2))
    assert first != second


def test_a_person_sent_twice_is_added_once(mara):
    browser = browser_of(mara)
    form = {**ADA, FIELD: token_on(browser.get("/contacts/new/"))}
    first, second = (send(browser, "/contacts/new/", form) for _ in range(2))
    contact = Contact.objects.get()
    assert (first.status_code, first.url) == (302, f"/contacts/{contact.pk}/")
    assert (second.status_code, second.url) == (302, first.url)


def test_without_its_value_the_second_form_is_another(mara):
    browser = browser_of(mara)
    assert send(browser, "/contacts/new/", ADA).status_code == 302
    assert send(browser, "/contacts/new/", ADA).status_code == 422


def test_of_two_at_the_same_moment_one_acts(clinic):
    owner = make_member(clinic, "owner", "Olive Owner")
    form, browser = with_token(INVITED), browser_of(owner)
    key = {name: morsel.value for name, morsel in browser.cookies.items()}
    urls = []

    def send_too():
        other = browser.__class__(headers=browser.headers, **browser.defaults)
        for name, value in key.items():
            other.cookies[name] = value
        try:
            urls.append(send(other, "/settings/people/invite/", form).url)
        finally:
            connections.close_all()

    senders = [threading.Thread(target=send_too) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert urls == ["/settings/people/"] * 4
    assert Invitation.objects.count() == 1


def test_an_export_asked_for_twice_is_one(mara):
    make_contact()
    browser = browser_of(mara)
    shown = send(browser, "/exports/new/", with_token(EXPORT))
    assert shown.status_code == 303
    assert re.fullmatch(r"/exports/new/\?answer=[0-9a-f-]{36}", shown.url)
    page = browser.get(shown.url)
    assert "Export 1 person" in page.content.decode()
    assert browser.get(shown.url).content == page.content
    form = {**EXPORT, "rows": "1", "confirm": "1", FIELD: token_on(page)}
    urls = {send(browser, shown.url, form).url for _ in range(3)}
    assert urls == {f"/exports/{ContactExport.objects.get().pk}/"}
    assert sorted(Look.objects.values_list("kind", flat=True)) == ["export", "sample"]


def test_an_answer_keeps_its_status_and_what_was_typed(mara):
    browser = browser_of(mara)
    refused = send(browser, "/contacts/new/", with_token({"given_name": "Ada"}))
    page = browser.get(refused.url)
    assert (refused.status_code, page.status_code) == (303, 422)
    assert 'value="Ada"' in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    assert not Contact.objects.exists()


def test_an_answer_is_kept_for_five_minutes_then_the_page_is_as_ever(mara):
    browser = browser_of(mara)
    url = send(browser, "/contacts/new/", with_token({"given_name": "Ada"})).url
    begun = FormAnswer.objects.get().used_at
    with clock.at(begun + timedelta(minutes=4, seconds=59)):
        assert 'value="Ada"' in browser.get(url).content.decode()
    with clock.at(begun + timedelta(minutes=6)):
        page = browser.get(url)
        assert (page.status_code, 'value="Ada"' in page.content.decode()) == (200, False)
        send(browser, "/contacts/new/", with_token(ADA))
    assert FormAnswer.objects.filter(used_at=begun).count() == 0


def test_an_address_that_takes_forms_only_leads_to_what_it_was_about(mara):
    contact = make_contact()
    browser = browser_of(mara)
    url = send(browser, f"/contacts/{contact.pk}/reveal/", with_token({})).url
    assert browser.get(url).status_code == 422
    with clock.at(clock.now() + timedelta(minutes=6)):
        assert browser.get(url).url == f"/contacts/{contact.pk}/"


def test_nobody_else_comes_back_to_it(mara, clinic):
    browser = browser_of(mara)
    url = send(browser, "/contacts/new/", with_token({"given_name": "Ada"})).url
    assert 'value="Ada"' in browser.get(url).content.decode()
    for other in (browser_of(mara), browser_of(make_member(clinic, "owner", "Olive Owner"))):
        assert 'value="Ada"' not in other.get(url).content.decode()
    Membership.objects.filter(user=mara).update(role="analyst")
    assert browser.get(url).status_code == 403


def test_what_is_hidden_is_not_come_back_to(mara):
    contact = make_contact(given_name="Marisol")
    url, browser = f"/contacts/{contact.pk}/", browser_of(mara)
    begun = clock.now()
    with clock.at(begun):
        send(browser, f"{url}reveal/", {"reason": "The person is on the phone or at the desk"})
    with clock.at(begun + timedelta(minutes=4)):
        kept = send(browser, f"{url}reveal/", with_token({})).url
        assert "Marisol" in browser.get(kept).content.decode()
    with clock.at(begun + timedelta(minutes=5)):
        assert "Marisol" not in browser.get(kept).content.decode()
    with clock.at(begun + timedelta(minutes=4)):
        send(browser, f"{url}hide/")
        assert "Marisol" not in browser.get(kept).content.decode()


def test_a_secret_is_shown_to_the_first_who_comes_and_is_gone(clinic):
    browser = browser_of(make_member(clinic, "owner", "Olive Owner"))
    url = send(browser, "/account/factors/codes/", with_token({})).url
    assert "<copy-button" in browser.get(url).content.decode()
    with tenant_scope(clinic.id):
        assert FormAnswer.objects.get().page is None
    again = browser.get(url)
    assert (again.status_code, "<copy-button" in again.content.decode()) == (200, False)


def test_a_question_in_between_uses_nothing_up(clinic):
    owner = make_member(clinic, "owner", "Olive Owner")
    browser = browser_of(owner)
    let_proof_grow_old(owner)
    asked = send(browser, "/settings/people/invite/", with_token(INVITED))
    page = browser.get(asked.url)
    assert (page.status_code, page.content.decode().count(f'name="{FIELD}"')) == (403, 2)
    assert not Invitation.objects.exists()


def test_what_scripts_send_is_left_to_them(mara):
    browser, form = browser_of(mara), with_token({"given_name": "Ada"})
    for how in ({"HX-Request": "true"}, {"Sec-Fetch-Mode": "cors"}):
        assert send(browser, "/contacts/new/", form, headers=how).status_code == 422
    assert not FormAnswer.objects.exists()


def test_what_is_kept_is_sealed(mara):
    send(browser_of(mara), "/contacts/new/", with_token({"given_name": "Marisol"}))
    sealed = FormAnswer.objects.values("page", "location").get()
    assert b"Marisol" not in sealed["page"].ciphertext
    assert b"answer=" not in sealed["location"].ciphertext


def test_every_view_of_the_staff_stands_behind_it(mara):
    """A form that was answered is answered again before any view could see it."""
    browser, form = browser_of(mara), with_token({"theme": "dark"})
    led = send(browser, "/account/theme/", form).url
    routes = [each for each in routes_of("staff", "config.urls.staff") if not each.is_public]
    passed = []
    for route in routes:
        values = {name: SAMPLES.get(name) or uuid7() for name in route.arguments}
        again = send(browser, route.address(values), form)
        if (again.status_code, again.get("Location")) != (302, led):
            passed.append(str(route))
    assert len(routes) > 200
    assert passed == []
