"""A passkey of a patient: made after a message was opened, bound to clinic and person, used instead of codes."""

import json

import pytest
from django.conf import settings
from django.test import Client

from accounts.roles import Role
from audit.models import AuditEvent
from delivery.escrow import answers, passkeys
from delivery.models import EscrowCode, EscrowEvent, EscrowItem, EscrowVisit, PortalPasskey
from tenancy import clock
from tests.accounts.authenticator import UP, Authenticator
from tests.accounts.signing_in import browser_of, make_member
from tests.delivery.portal.test_pages import enter, gate_of, page, prove
from tests.factories.contacts import make_contact
from tests.factories.delivery import make_item


@pytest.fixture
def browser() -> Client:
    return Client(headers={"host": settings.HOSTS["portal"]})


@pytest.fixture
def device() -> Authenticator:
    return Authenticator(settings.HOSTS["portal"], settings.ORIGINS["portal"])


def asked(browser, item) -> dict:
    return json.loads(browser.post(f"{gate_of(item)}/passkey/options").content)


def set_up(browser, item, device):
    enter(browser, item)
    answer = device.create(asked(browser, item))
    return browser.post(f"{gate_of(item)}/passkey/new", {"answer": answer})


def use(browser, item, device):
    prove(browser, item)
    answer = device.get(asked(browser, item))
    return browser.post(f"{gate_of(item)}/passkey", {"answer": answer})


@pytest.fixture
def known(browser, ada, device) -> Authenticator:
    """The device of ada, who opened a message with a code and one fact."""
    assert set_up(browser, make_item(ada), device).json() == {"kept": True}
    return device


def test_opens_the_next_message_without_code_and_facts(browser, ada, known):
    item = make_item(ada)
    codes = EscrowCode.objects.count()
    assert use(browser, item, known).headers["Location"] == f"{gate_of(item)}/message"
    assert EscrowCode.objects.count() == codes
    assert browser.get(f"{gate_of(item)}/sealed").status_code == 200
    assert PortalPasskey.objects.get(contact=ada).last_used_at is not None
    assert list(EscrowEvent.objects.filter(item=item).values_list("kind", flat=True)) == [
        "proved", "checked",
    ]  # fmt: skip


def test_the_page_offers_it_first_and_a_code_beside_it(browser, ada, known):
    item = make_item(ada)
    prove(browser, item)
    shown = page(browser.get(f"{gate_of(item)}/check"))
    assert "Use your finger, face or PIN" in shown
    assert 'name="code"' not in shown
    browser.post(f"{gate_of(item)}/code")
    assert 'name="code"' in page(browser.get(f"{gate_of(item)}/check"))


@pytest.mark.parametrize("reason", ["unsafe_transport", "specially_protected"])
def test_is_no_stronger_than_what_it_was_made_with(browser, ada, known, reason):
    item = make_item(ada, reason=reason)
    prove(browser, item)
    assert "Use your finger" not in page(browser.get(f"{gate_of(item)}/check"))
    answer = known.get(asked(browser, item))
    browser.post(f"{gate_of(item)}/passkey", {"answer": answer})
    assert EscrowVisit.objects.get(item=item).checked_at is None


def test_one_made_with_every_fact_opens_what_needs_them(browser, ada, device):
    visit_item = make_item(ada, reason="unsafe_transport")
    prove(browser, visit_item)
    EscrowVisit.objects.filter(item=visit_item).update(checked_at=clock.now(), strength=2)
    answer = device.create(asked(browser, visit_item))
    browser.post(f"{gate_of(visit_item)}/passkey/new", {"answer": answer})
    item = make_item(ada, reason="specially_protected")
    assert use(browser, item, device).headers["Location"].endswith("/message")


def test_belongs_to_one_person(browser, known):
    item = make_item(make_contact())
    assert use(browser, item, known).headers["Location"].endswith("?said=passkey_refused")
    assert EscrowVisit.objects.get(item=item).checked_at is None
    assert EscrowEvent.objects.filter(item=item, kind="refused").count() == 1
    assert AuditEvent.objects.filter(action="portal.passkey", outcome="denied").count() == 1


@pytest.mark.parametrize(
    "lie", [{"origin": "https://evil.example"}, {"rp_id": "app.localhost"}, {"flags": UP}]
)
def test_an_answer_for_another_site_or_without_its_person_opens_nothing(browser, ada, known, lie):
    for name, value in lie.items():
        setattr(known, name, value)
    item = make_item(ada)
    assert use(browser, item, known).headers["Location"].endswith("?said=passkey_refused")
    assert EscrowVisit.objects.get(item=item).checked_at is None


def test_a_question_is_answered_once(browser, ada, known):
    item = make_item(ada)
    prove(browser, item)
    answer = known.get(asked(browser, item))
    EscrowVisit.objects.filter(item=item).update(challenge=None)
    browser.post(f"{gate_of(item)}/passkey", {"answer": answer})
    assert EscrowVisit.objects.get(item=item).checked_at is None


def test_nobody_makes_one_before_the_check(browser, ada, device):
    item = make_item(ada)
    prove(browser, item)
    answer = browser.post(f"{gate_of(item)}/passkey/new", {"answer": "{}"})
    assert (answer.status_code, answer.json()) == (422, {"kept": False})
    assert not PortalPasskey.objects.exists()


def test_wrong_answers_lock_passkeys_out_too(browser, ada, known):
    item = make_item(ada)
    EscrowEvent.objects.bulk_create([EscrowEvent(item=item, kind="refused") for _ in range(10)])
    assert use(browser, item, known).headers["Location"] == f"{gate_of(item)}/check"
    assert EscrowVisit.objects.get(item=item).checked_at is None


def test_the_person_and_the_clinic_can_remove_it(browser, clinic, ada, known):
    item = make_item(ada)
    use(browser, item, known)
    assert "Open messages with codes again" in page(browser.get(f"{gate_of(item)}/message"))
    browser.post(f"{gate_of(item)}/passkey/remove")
    assert not PortalPasskey.objects.exists()
    PortalPasskey.objects.create(
        contact=ada, credential=b"x" * 16, credential_id=b"x", public_key=b"y", strength=1
    )
    staff = browser_of(make_member(clinic, Role.OWNER))
    assert "Remove the passkeys" in page(staff.get(f"/contacts/{ada.pk}/portal/"))
    staff.post(f"/contacts/{ada.pk}/portal/passkeys/")
    assert not PortalPasskey.objects.exists()
    assert AuditEvent.objects.filter(action="portal.passkeys_removed").count() == 2


def test_a_visit_remembers_how_strongly_it_was_let_in(browser, ada):
    usual, unsafe = make_item(ada), make_item(ada, reason=EscrowItem.Reason.UNSAFE_TRANSPORT)
    enter(browser, usual)
    prove(browser, unsafe)
    assert EscrowVisit.objects.get(item=usual).strength == 1
    assert answers.needed(EscrowVisit.objects.get(item=unsafe)) == 2
    assert passkeys.of_visit(EscrowVisit.objects.get(item=unsafe)) == []
