"""Code and fact open a message; guessing does not."""

from datetime import date, timedelta

import pytest

from audit.models import AuditEvent
from compliance import services as compliance
from delivery.escrow import answers, notices
from delivery.escrow.answers import CodeSpent, CodeUnderWay, Locked, TooManyCodes, WrongAnswer
from delivery.escrow.checks import Fact
from delivery.models import EscrowCode, EscrowEvent, EscrowItem, EscrowVisit, Message
from tenancy import clock
from tests.delivery.escrow.test_visits import begin
from tests.factories.delivery import make_item

BORN = date(1961, 3, 4)
HOME = "04101"


@pytest.fixture
def visit(ada) -> EscrowVisit:
    return begin(make_item(ada))[0]


def code_of(visit: EscrowVisit) -> str:
    """The digits as the mail shows them, which then has left under verified TLS."""
    code = EscrowCode.objects.get(visit=visit, spent_at=None)
    digits = code.digits
    answers.settle_code(code.id, left_verified=True)
    return digits


def guess(visit: EscrowVisit, code: str = "00000000") -> None:
    answers.answer(visit, code=code, birth_date=date(1900, 1, 1), postal_code="")


def kinds(visit: EscrowVisit) -> list[str]:
    events = EscrowEvent.objects.filter(item=visit.item).order_by("occurred_at")
    return list(events.values_list("kind", flat=True))


def test_code_and_birth_date_are_enough_on_a_safe_way(visit):
    answers.send_code(visit)
    assert answers.questions(visit).facts == (Fact.BIRTH_DATE,)
    answers.answer(visit, code=code_of(visit), birth_date=BORN, postal_code="")
    visit.refresh_from_db()
    assert visit.checked_at is not None
    assert kinds(visit) == ["proved", "code_sent", "checked"]


def test_the_clinic_chooses_which_fact_is_asked(visit, nurse):
    compliance.set_policy({"portal_fact": "postal_code"}, actor=nurse)
    answers.send_code(visit)
    assert answers.questions(visit).facts == (Fact.POSTAL_CODE,)
    answers.answer(visit, code=code_of(visit), birth_date=None, postal_code=HOME)


def test_an_unsafe_way_asks_for_both_facts(ada):
    visit, _ = begin(make_item(ada, reason=EscrowItem.Reason.UNSAFE_TRANSPORT))
    answers.send_code(visit)
    assert answers.questions(visit).facts == (Fact.BIRTH_DATE, Fact.POSTAL_CODE)
    code = code_of(visit)
    with pytest.raises(WrongAnswer):
        answers.answer(visit, code=code, birth_date=BORN, postal_code="")
    answers.answer(visit, code=code, birth_date=BORN, postal_code=HOME)


def test_a_code_that_left_without_verified_tls_asks_for_both_facts(visit):
    code = answers.send_code(visit)
    answers.settle_code(code.id, left_verified=False)
    assert answers.questions(visit).facts == (Fact.BIRTH_DATE, Fact.POSTAL_CODE)


def test_nobody_answers_with_fewer_facts_while_the_way_of_the_code_is_not_known(visit):
    code = answers.send_code(visit)
    given = {"code": code.digits, "birth_date": BORN}
    with pytest.raises(CodeUnderWay):
        answers.answer(visit, **given)
    assert EscrowVisit.objects.get(pk=visit.pk).checked_at is None
    assert kinds(visit) == ["proved", "code_sent"]
    answers.settle_code(code.id, left_verified=True)
    answers.answer(visit, **given)
    assert EscrowVisit.objects.get(pk=visit.pk).checked_at is not None


def test_where_it_makes_no_difference_nobody_waits_for_that(ada):
    visit, _ = begin(make_item(ada, reason=EscrowItem.Reason.UNSAFE_TRANSPORT))
    code = answers.send_code(visit)
    answers.answer(visit, code=code.digits, birth_date=BORN, postal_code=HOME)


@pytest.mark.parametrize(
    "wrong", [{"code": "00000000"}, {"birth_date": date(1961, 4, 3)}, {"birth_date": None}]
)
def test_one_wrong_answer_refuses_without_saying_which(visit, wrong):
    answers.send_code(visit)
    right = {"code": code_of(visit), "birth_date": BORN, "postal_code": ""}
    with pytest.raises(WrongAnswer) as refusal:
        answers.answer(visit, **right | wrong)
    visit.refresh_from_db()
    assert (str(refusal.value), refusal.value.tries_left, visit.checked_at) == (
        "Something does not match.",
        4,
        None,
    )
    assert kinds(visit)[-1] == "refused"
    assert AuditEvent.objects.filter(action="portal.answer", outcome="denied").count() == 1


def test_five_tries_spend_a_code(visit):
    answers.send_code(visit)
    code = code_of(visit)
    for _ in range(5):
        with pytest.raises(WrongAnswer):
            guess(visit)
    with pytest.raises(CodeSpent):
        answers.answer(visit, code=code, birth_date=BORN, postal_code="")


def test_a_code_works_for_ten_minutes_and_once(visit):
    created_at = answers.send_code(visit).created_at
    code = code_of(visit)
    with clock.at(created_at + timedelta(minutes=10)), pytest.raises(CodeSpent):
        answers.answer(visit, code=code, birth_date=BORN, postal_code="")
    answers.answer(visit, code=code, birth_date=BORN, postal_code="")
    with pytest.raises(CodeSpent):
        answers.answer(visit, code=code, birth_date=BORN, postal_code="")


def test_a_new_code_ends_the_one_before(visit):
    answers.send_code(visit)
    former = code_of(visit)
    answers.send_code(visit)
    code_of(visit)
    with pytest.raises(WrongAnswer):
        answers.answer(visit, code=former, birth_date=BORN, postal_code="")


def test_three_codes_an_hour(visit):
    for _ in range(3):
        answers.send_code(visit)
    with pytest.raises(TooManyCodes):
        answers.send_code(visit)
    with clock.at(clock.now() + timedelta(hours=1)):
        answers.send_code(visit)


def test_a_date_of_birth_is_guessed_at_three_times(visit):
    answers.send_code(visit)
    code = code_of(visit)
    for day in (1, 2, 3):
        with pytest.raises(WrongAnswer):
            answers.answer(visit, code=code, birth_date=date(1961, 3, day))
    assert answers.questions(visit).facts == (Fact.POSTAL_CODE,)
    with pytest.raises(WrongAnswer):
        answers.answer(visit, code=code, birth_date=BORN)
    answers.answer(visit, code=code, postal_code=HOME)
    visit.refresh_from_db()
    assert visit.checked_at is not None


def test_whoever_knows_one_of_two_facts_cannot_guess_the_other_away(ada):
    visit, _ = begin(make_item(ada, reason=EscrowItem.Reason.UNSAFE_TRANSPORT))
    answers.send_code(visit)
    code = code_of(visit)
    for day in (1, 2, 3):
        with pytest.raises(WrongAnswer):
            answers.answer(visit, code=code, birth_date=date(1961, 3, day), postal_code=HOME)
    assert not answers.questions(visit)
    with pytest.raises(WrongAnswer):
        answers.answer(visit, code=code, birth_date=BORN, postal_code=HOME)
    assert EscrowVisit.objects.get(pk=visit.pk).checked_at is None


def test_who_has_no_other_fact_calls_the_clinic_after_three_guesses(ada, visit):
    ada.attributes = {}
    ada.save(update_fields=["attributes"])
    EscrowItem.objects.filter(pk=visit.item_id).update(birth_date_tries=3)
    visit = EscrowVisit.objects.select_related("item__contact").get(pk=visit.pk)
    assert not answers.questions(visit)


def test_ten_wrong_answers_lock_the_message_for_a_day(visit):
    for _ in range(2):
        answers.send_code(visit)
        code_of(visit)
        for _ in range(5):
            with pytest.raises(WrongAnswer):
                guess(visit)
    with pytest.raises(Locked):
        answers.send_code(visit)
    with pytest.raises(Locked):
        guess(visit)
    assert kinds(visit).count("locked") == 1
    with clock.at(clock.now() + timedelta(days=1)):
        answers.send_code(visit)


def test_the_code_is_mailed_and_its_digits_are_forgotten(visit):
    code = answers.send_code(visit)
    queued = Message.objects.get(cause_id=code.id)
    assert (queued.mail_class, queued.route) == ("code", "plain")
    digits = code.digits
    assert f"{digits[:4]} {digits[4:]}" in notices.compose(code.id).text
    answers.settle_code(code.id, left_verified=True)
    assert EscrowCode.objects.get(pk=code.pk).digits is None
    with pytest.raises(notices.NothingToSay):
        notices.compose(code.id)
