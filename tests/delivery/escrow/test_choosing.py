"""A passphrase that the person chose: in the keys from then on, and no stronger than what they had shown."""

import pytest
from django.db import IntegrityError, transaction

from audit.models import AuditEvent
from delivery.escrow import answers, choosing, passphrases
from delivery.escrow.answers import WrongAnswer
from delivery.escrow.checks import Fact
from delivery.escrow.factors import Questions
from delivery.escrow.passphrases import PassphraseRefused
from delivery.escrow.visits import VisitEnded
from delivery.models import EscrowItem, EscrowVisit, PortalPassphrase
from tests.delivery.escrow.test_answers import BORN, HOME, code_of
from tests.delivery.escrow.test_visits import begin
from tests.factories.delivery import make_item

WORDS = "Green heron, nine stones"
BOTH = (Fact.BIRTH_DATE, Fact.POSTAL_CODE)


def visit_of(item: EscrowItem) -> EscrowVisit:
    visit, _ = begin(item)
    answers.send_code(visit)
    return visit


@pytest.fixture
def let_in(ada) -> EscrowVisit:
    """By a code and one fact."""
    visit = visit_of(make_item(ada))
    return answers.answer(visit, code=code_of(visit), birth_date=BORN)


def test_later_messages_are_sealed_with_it_and_open_with_it(ada, let_in):
    chosen = choosing.choose_typed(let_in, WORDS)
    assert (chosen.strength, chosen.by_person) == (1, True)
    item = make_item(ada)
    assert item.passphrase == chosen
    visit = visit_of(item)
    assert answers.questions(visit) == Questions(passphrase=True)
    code = code_of(visit)
    with pytest.raises(WrongAnswer):
        answers.answer(visit, code=code, birth_date=BORN)
    answers.answer(visit, code=code, passphrase_proof=passphrases.proof_of_typed(item, WORDS))
    assert EscrowVisit.objects.get(pk=visit.pk).strength == 1
    event = AuditEvent.objects.get(action="portal.passphrase_chosen")
    assert (event.actor_kind, event.object_id, event.detail) == ("patient", str(ada.id), {})


def test_it_stands_for_no_more_than_was_shown_when_it_was_chosen(ada, let_in):
    choosing.choose_typed(let_in, WORDS)
    item = make_item(ada, reason=EscrowItem.Reason.UNSAFE_TRANSPORT)
    visit = visit_of(item)
    assert answers.questions(visit) == Questions(BOTH, passphrase=True)
    code, shown = code_of(visit), passphrases.proof_of_typed(item, WORDS)
    for some in (
        {"passphrase_proof": shown},
        {"birth_date": BORN, "postal_code": HOME},
        {"passphrase_proof": shown, "birth_date": BORN},
    ):
        with pytest.raises(WrongAnswer):
            answers.answer(visit, code=code, **some)
    assert EscrowVisit.objects.get(pk=visit.pk).checked_at is None
    answers.answer(visit, code=code, passphrase_proof=shown, birth_date=BORN, postal_code=HOME)
    assert EscrowVisit.objects.get(pk=visit.pk).strength == 2


def test_a_message_from_before_asks_for_it_only_where_it_is_enough(ada, let_in):
    usual, unsafe = make_item(ada), make_item(ada, reason=EscrowItem.Reason.UNSAFE_TRANSPORT)
    choosing.choose_typed(let_in, WORDS)
    assert answers.questions(visit_of(usual)) == Questions(passphrase=True)
    assert answers.questions(visit_of(unsafe)) == Questions(BOTH)


def test_nobody_chooses_before_the_check_or_over_one_that_is_in_force(ada, nurse, let_in):
    unchecked = visit_of(make_item(ada))
    with pytest.raises(VisitEnded):
        choosing.choose_typed(unchecked, WORDS)
    agreed = passphrases.agree(ada, "blue heron seven stones", actor=nurse)
    with pytest.raises(PassphraseRefused):
        choosing.choose_typed(let_in, WORDS)
    assert PortalPassphrase.objects.get() == agreed
    assert not AuditEvent.objects.filter(action="portal.passphrase_chosen").exists()


@pytest.mark.parametrize("sizes", [(15, 32), (16, 31), (16, 0), (0, 32)])
def test_what_was_not_made_of_a_passphrase_is_refused(let_in, sizes):
    salt, stretched = (b"x" * size for size in sizes)
    with pytest.raises(PassphraseRefused):
        choosing.choose(let_in, salt=salt, stretched=stretched)
    assert not PortalPassphrase.objects.exists()


def test_one_of_staff_is_never_weaker(ada, nurse):
    passphrases.agree(ada, "blue heron seven stones", actor=nurse)
    with pytest.raises(IntegrityError, match="has_a_known_strength"), transaction.atomic():
        PortalPassphrase.objects.update(strength=1)
