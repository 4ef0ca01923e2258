"""The page that tells systems where to hand over their messages, and what is meant by them."""

import pytest

from audit.models import AuditEvent
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
    said = {"purpose": "appointment", "sensitivity": "1", "drops_repeated": "on"}
    answer = browser.post(f"{WAYS}{key.pk}/", said)
    assert (answer.status_code, answer["Location"]) == (302, WAYS)
    chosen = LetterDefaults.objects.get(key=key)
    assert (chosen.purpose, chosen.sensitivity, chosen.drops_repeated) == ("appointment", 1, True)
    page = browser.get(WAYS).content.decode()
    assert "That somebody is a patient" in page
    event = AuditEvent.objects.get(action="api_key.letters_changed")
    assert (event.detail["purpose"], event.detail["sensitivity"]) == ("appointment", "S1")


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
