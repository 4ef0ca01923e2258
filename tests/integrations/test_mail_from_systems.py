"""The page that tells systems where to hand over their messages, and what is meant by them."""

import pytest

from accounts.countersign import kind_named
from accounts.models import Countersignature
from accounts.services import countersignatures
from accounts.services.sign_in import actor_for
from audit.models import AuditEvent
from integrations.letter_defaults import LettersChanged
from integrations.models import LetterDefaults
from tests.accounts.signing_in import browser_of, make_member
from tests.browser import assert_accessible
from tests.integrations.client import make_system

WAYS = "/settings/mail-from-systems/"


@pytest.fixture
def owner(clinic):
    return make_member(clinic, "owner", "Olga Owner")


@pytest.fixture
def key(clinic):
    return make_system("letters.send").key


def test_an_owner_says_what_is_meant_by_the_letters_of_a_key(owner, key):
    browser = browser_of(owner)
    said = {"purpose": "appointment", "sensitivity": "3", "drops_repeated": "on"}
    answer = browser.post(f"{WAYS}{key.pk}/", said)
    assert (answer.status_code, answer["Location"]) == (302, WAYS)
    chosen = LetterDefaults.objects.get(key=key)
    assert (chosen.purpose, chosen.sensitivity, chosen.drops_repeated) == ("appointment", 3, True)
    page = browser.get(WAYS).content.decode()
    assert "Specially protected" in page
    event = AuditEvent.objects.get(action="api_key.letters_changed")
    assert (event.detail["purpose"], event.detail["sensitivity"]) == ("appointment", "S3")
    assert not Countersignature.objects.exists()


LESS = {"purpose": "payment", "sensitivity": "0", "reason": "Invoices of suppliers."}


@pytest.fixture
def asked(clinic, owner, key):
    """That the letters of the key hold nothing about patients."""
    cora = make_member(clinic, "compliance_officer", "Cora Officer")
    assert browser_of(owner).post(f"{WAYS}{key.pk}/", LESS).status_code == 302
    return Countersignature.objects.get(), actor_for(cora)


def held(key) -> tuple[str, int]:
    return LetterDefaults.objects.values_list("purpose", "sensitivity").get(key=key)


def test_that_they_hold_less_waits_for_a_second_person(asked, key):
    question, cora = asked
    assert held(key) == ("payment", 2)
    assert kind_named(question.kind).describe(question.payload) == (
        "Take messages of “Practice system” for “Nothing about patients” instead of “Health information”"
    )
    countersignatures.grant(question.pk, actor=cora)
    assert held(key) == ("payment", 0)
    event = AuditEvent.objects.filter(action="api_key.letters_changed").latest("recorded_at")
    assert (event.actor_id, event.detail["sensitivity"]) == (cora.id, "S0")
    assert event.detail["asked_by"] == question.requested_by


def test_what_was_changed_since_is_not_granted(asked, owner, key):
    question, cora = asked
    browser_of(owner).post(f"{WAYS}{key.pk}/", {"purpose": "", "sensitivity": "3"})
    with pytest.raises(LettersChanged):
        countersignatures.grant(question.pk, actor=cora)
    assert held(key) == ("", 3)


@pytest.mark.parametrize(("officer", "reason"), [(False, "Invoices of suppliers."), (True, " ")])
def test_nothing_changes_without_a_reason_or_a_second_person(clinic, owner, key, officer, reason):
    if officer:
        make_member(clinic, "compliance_officer", "Cora Officer")
    answer = browser_of(owner).post(f"{WAYS}{key.pk}/", LESS | {"reason": reason})
    assert answer.status_code == 422
    assert not LetterDefaults.objects.exists()
    assert not Countersignature.objects.exists()


def test_who_may_only_look_changes_nothing(clinic, key):
    auditor = browser_of(make_member(clinic, "auditor", "Uma Auditor"))
    assert "Practice system" in auditor.get(WAYS).content.decode()
    assert auditor.post(f"{WAYS}{key.pk}/", {"sensitivity": "0"}).status_code == 403
    assert not LetterDefaults.objects.exists()


def test_what_is_not_one_of_the_choices_is_refused(owner, key):
    answer = browser_of(owner).post(f"{WAYS}{key.pk}/", {"sensitivity": "9"})
    assert answer.status_code == 422
    assert not LetterDefaults.objects.exists()


@pytest.mark.browser
def test_the_pages_stand_up(open_as, owner, key):
    page = open_as(owner, WAYS)
    page.get_by_role("heading", name="Our own API").wait_for()
    assert_accessible(page)
    page.get_by_role("link", name="Practice system").click()
    page.get_by_role("heading", name="Messages of Practice system").wait_for()
    assert_accessible(page)
