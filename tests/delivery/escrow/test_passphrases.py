"""A passphrase that was agreed on is part of the keys, and is asked for in place of facts."""

import json
from pathlib import Path

import pytest

from audit.models import AuditEvent
from compliance import services as compliance
from delivery.escrow import answers, keys, passphrases, reading
from delivery.escrow.answers import WrongAnswer
from delivery.escrow.visits import NotOpened
from delivery.models import EscrowItem, PortalPassphrase
from tests.delivery.escrow.test_answers import BORN, HOME, code_of
from tests.delivery.escrow.test_visits import begin
from tests.factories.delivery import make_item

WORDS = "Blue heron, seven stones"
VECTOR = json.loads((Path(__file__).parent / "passphrases.json").read_text())["passphrase"]


@pytest.fixture
def agreed(ada, nurse) -> PortalPassphrase:
    return passphrases.agree(ada, WORDS, actor=nurse)


@pytest.fixture
def item(ada, agreed) -> EscrowItem:
    return make_item(ada, subject="Your visit", text="At 10:20")


def visit_of(item):
    visit, _ = begin(item)
    answers.send_code(visit)
    return visit, code_of(visit)


def test_browser_and_server_make_the_same_of_it():
    assert passphrases.plain(VECTOR["typed"]) == VECTOR["plain"]
    assert (
        passphrases.stretch(VECTOR["typed"], bytes.fromhex(VECTOR["salt"])).hex() == VECTOR["made"]
    )


def test_the_words_are_kept_nowhere(ada, agreed):
    kept = PortalPassphrase.objects.get(contact=ada)
    assert kept.stretched == passphrases.stretch("BLUE HERON, SEVEN-STONES", bytes(kept.salt))
    event = AuditEvent.objects.get(action="portal.passphrase_agreed")
    assert (event.object_id, event.detail) == (str(ada.id), {})


@pytest.mark.parametrize("typed", ["", "short", "a b c d e f g h i", "x" * 201])
def test_too_short_or_too_long_is_refused(ada, nurse, typed):
    with pytest.raises(passphrases.PassphraseRefused):
        passphrases.agree(ada, typed, actor=nurse)
    assert not PortalPassphrase.objects.exists()
    assert not AuditEvent.objects.filter(action="portal.passphrase_agreed").exists()


def test_link_and_server_share_alone_do_not_open_it(item):
    place, share = item.place, {"link_key": item.notice_link_key, "server_share": item.server_share}
    with pytest.raises(keys.WrongKey):
        keys.content_key(place, wrapped_key=item.wrapped_key, **share)
    opened = keys.content_key(
        place, wrapped_key=item.wrapped_key, stretched=item.passphrase.stretched, **share
    )
    assert keys.receipt_digest(keys.receipt(opened, item.id)) == item.receipt_digest


def test_it_is_asked_for_in_place_of_facts(item):
    visit, code = visit_of(item)
    asked = answers.questions(visit)
    assert (asked.passphrase, asked.facts) == (True, ())
    with pytest.raises(WrongAnswer):
        answers.answer(visit, code=code, birth_date=BORN, postal_code=HOME)
    wrong = passphrases.proof_of_typed(item, "red heron, seven stones")
    with pytest.raises(WrongAnswer):
        answers.answer(visit, code=code, passphrase_proof=wrong)
    right = passphrases.proof_of_typed(item, "blue heron, SEVEN stones")
    answers.answer(visit, code=code, passphrase_proof=right)
    visit.refresh_from_db()
    assert visit.checked_at is not None


def test_a_proof_is_good_for_one_message_only(ada, item):
    other = make_item(ada)
    visit, code = visit_of(item)
    with pytest.raises(WrongAnswer):
        answers.answer(visit, code=code, passphrase_proof=passphrases.proof_of_typed(other, WORDS))


def test_without_script_the_text_opens_with_key_and_passphrase(item):
    visit, code = visit_of(item)
    right = passphrases.proof_of_typed(item, WORDS)
    answers.answer(visit, code=code, passphrase_proof=right)
    visit.refresh_from_db()
    typed = keys.to_groups(item.notice_link_key)
    with pytest.raises(NotOpened):
        reading.open_as_text(visit, typed, "red heron, seven stones")
    assert reading.open_as_text(visit, typed, WORDS).text == "At 10:20"


def test_a_new_one_leaves_the_keys_of_what_waits(ada, nurse, item):
    passphrases.agree(ada, "green heron, nine stones", actor=nurse)
    assert passphrases.asked_for(EscrowItem.objects.get(pk=item.pk)) == item.passphrase
    later = make_item(ada)
    assert later.passphrase == passphrases.in_force(ada.id) != item.passphrase
    passphrases.end(ada, actor=nurse)
    assert passphrases.in_force(ada.id) is None
    assert make_item(ada).passphrase is None


def test_one_that_was_agreed_on_later_is_asked_for_but_is_in_no_key(ada, nurse):
    item = make_item(ada)
    passphrases.agree(ada, WORDS, actor=nurse)
    visit, _ = visit_of(item)
    assert answers.questions(visit).passphrase
    assert item.passphrase is None


def test_a_clinic_may_take_no_facts_for_what_needs_most(ada, nurse):
    compliance.set_policy({"portal_must_agree": True}, actor=nurse)
    unsafe = make_item(ada, reason=EscrowItem.Reason.UNSAFE_TRANSPORT)
    special = make_item(ada, verdict={"reasons": ["prefers_portal", "specially_protected"]})
    usual = make_item(ada)
    asked = [bool(answers.questions(visit_of(each)[0])) for each in (unsafe, special, usual)]
    assert asked == [False, False, True]
    passphrases.agree(ada, WORDS, actor=nurse)
    assert answers.questions(visit_of(unsafe)[0]).passphrase
