"""A person ends the passphrase that they chose: by showing it, or by the passkey that let them in."""

from datetime import timedelta

import pytest

from audit.models import AuditEvent
from delivery.escrow import answers, choosing, passphrases
from delivery.escrow.answers import Locked
from delivery.escrow.choosing import PassphraseNotShown
from delivery.escrow.factors import Questions
from delivery.escrow.passphrases import PassphraseRefused
from delivery.models import EscrowEvent, EscrowVisit, PortalPasskey
from tenancy import clock
from tests.delivery.escrow.test_answers import BORN, code_of
from tests.delivery.escrow.test_choosing import BOTH, WORDS, visit_of
from tests.factories.delivery import make_item


@pytest.fixture
def let_in(ada) -> EscrowVisit:
    """By a code and one fact, and with a passphrase since then."""
    visit = visit_of(make_item(ada))
    answers.answer(visit, code=code_of(visit), birth_date=BORN)
    choosing.choose_typed(visit, WORDS)
    return visit


def make_passkey(contact, *, used_at, strength=1) -> PortalPasskey:
    return PortalPasskey.objects.create(
        contact=contact, credential=b"c" * 32, credential_id=b"c", public_key=b"k",
        transports=[], sign_count=0, strength=strength, last_used_at=used_at,
    )  # fmt: skip


def told(visit: EscrowVisit) -> list[str]:
    ended = EscrowEvent.objects.filter(item=visit.item, kind="passphrase_ended")
    return list(ended.values_list("kind", flat=True))


def assert_in_force(visit: EscrowVisit) -> None:
    assert passphrases.in_force(visit.item.contact_id) is not None
    assert told(visit) == []
    assert not AuditEvent.objects.filter(
        action="portal.passphrase_ended", outcome="succeeded"
    ).exists()


def test_whoever_shows_it_ends_it_and_later_messages_ask_for_facts(ada, let_in):
    choosing.end_by_typed(let_in, WORDS.upper())
    assert passphrases.in_force(ada.pk) is None
    assert told(let_in) == ["passphrase_ended"]
    event = AuditEvent.objects.get(action="portal.passphrase_ended")
    assert (event.actor_kind, event.object_id) == ("patient", str(ada.pk))
    assert answers.questions(visit_of(make_item(ada))) == Questions(BOTH[:1])


def test_a_message_that_was_sealed_with_it_still_needs_it(ada, let_in):
    sealed = make_item(ada)
    choosing.end_by_typed(let_in, WORDS)
    assert answers.questions(visit_of(sealed)) == Questions(passphrase=True)


@pytest.mark.parametrize("typed", ["", "another heron, ten stones"])
def test_whoever_does_not_know_it_ends_nothing_and_is_counted(let_in, typed):
    for _ in range(11):
        with pytest.raises((PassphraseNotShown, Locked)) as refusal:
            choosing.end_by_typed(let_in, typed)
    assert refusal.type is Locked
    with pytest.raises(Locked):
        choosing.end_by_typed(let_in, WORDS)
    assert_in_force(let_in)
    refused = EscrowEvent.objects.filter(item=let_in.item, kind="refused").count()
    denied = AuditEvent.objects.filter(action="portal.passphrase_ended", outcome="denied").count()
    assert refused == denied > 1


def test_the_passkey_that_let_somebody_in_is_enough(ada, let_in):
    EscrowVisit.objects.filter(pk=let_in.pk).update(by_passkey=True)
    let_in.refresh_from_db()
    make_passkey(ada, used_at=let_in.checked_at)
    choosing.end(let_in, shown=b"")
    assert passphrases.in_force(ada.pk) is None


@pytest.mark.parametrize("passkey", ["made in the visit", "used before it", "weaker"])
def test_no_other_passkey_is(ada, let_in, passkey):
    EscrowVisit.objects.filter(pk=let_in.pk).update(by_passkey=True)
    let_in.refresh_from_db()
    chosen = passphrases.in_force(ada.pk)
    if passkey == "weaker":
        chosen.strength = 2
        chosen.save(update_fields=["strength"])
    used_at = {"made in the visit": None, "used before it": clock.now() - timedelta(days=1)}
    make_passkey(ada, used_at=used_at.get(passkey, let_in.checked_at))
    with pytest.raises(PassphraseNotShown):
        choosing.end(let_in, shown=b"")
    assert_in_force(let_in)


def test_one_that_was_agreed_on_with_staff_is_ended_there(ada, nurse):
    visit = visit_of(make_item(ada))
    answers.answer(visit, code=code_of(visit), birth_date=BORN)
    passphrases.agree(ada, WORDS, actor=nurse)
    with pytest.raises(PassphraseRefused):
        choosing.end_by_typed(visit, WORDS)
    assert_in_force(visit)


def test_nobody_ends_it_before_the_check(ada, let_in):
    with pytest.raises(PassphraseRefused):
        choosing.end_by_typed(visit_of(make_item(ada)), WORDS)
    assert_in_force(let_in)
