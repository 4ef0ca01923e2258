"""The page on which staff agree on a passphrase with a person."""

import pytest

from accounts.roles import Role
from audit.models import AuditEvent
from delivery.escrow import passphrases
from delivery.models import PortalPassphrase
from tests.accounts.signing_in import browser_of, make_member

WORDS = "blue heron seven stones"


@pytest.fixture
def marketer(clinic):
    return browser_of(make_member(clinic))


def test_offers_one_that_nobody_has_and_keeps_the_one_that_was_sent(marketer, ada):
    address = f"/contacts/{ada.pk}/portal/"
    page = marketer.get(address).content.decode()
    assert "None is agreed." in page
    assert marketer.get(address).content.decode() != page
    answer = marketer.post(f"{address}agree/", {"passphrase": WORDS})
    assert answer.headers["Location"] == address
    kept = PortalPassphrase.objects.get(contact=ada)
    assert kept.stretched == passphrases.stretch(WORDS, bytes(kept.salt))
    assert WORDS not in marketer.get(address).content.decode()


def test_says_what_is_wrong_with_a_short_one(marketer, ada):
    answer = marketer.post(f"/contacts/{ada.pk}/portal/agree/", {"passphrase": "blue"})
    assert answer.status_code == 422
    assert "Use 10 to 200 letters and numbers" in answer.content.decode()
    assert not PortalPassphrase.objects.exists()


def test_ends_it(marketer, ada, nurse):
    passphrases.agree(ada, WORDS, actor=nurse)
    marketer.post(f"/contacts/{ada.pk}/portal/end/")
    assert passphrases.in_force(ada.pk) is None
    assert AuditEvent.objects.filter(action="portal.passphrase_ended").count() == 1


def test_is_for_those_who_keep_peoples_data(clinic, ada):
    auditor = browser_of(make_member(clinic, Role.AUDITOR))
    assert auditor.get(f"/contacts/{ada.pk}/portal/").status_code == 403
    assert (
        auditor.post(f"/contacts/{ada.pk}/portal/agree/", {"passphrase": WORDS}).status_code == 403
    )
    assert not PortalPassphrase.objects.exists()
