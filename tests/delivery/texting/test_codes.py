"""A code by phone opens what needs more than the mailbox; asking for many does not pay."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from audit.models import AuditEvent
from compliance import services as compliance
from compliance.models import Policy
from delivery.escrow import answers, texts
from delivery.escrow.answers import CodeSpent, TooManyCodes, WrongAnswer
from delivery.escrow.checks import Fact
from delivery.escrow.factors import Questions, Strength
from delivery.escrow.texts import TextsUsedUp, TextUnderWay
from delivery.models import EscrowCode, EscrowEvent, Message, PortalText
from delivery.texting.gateway_settings import GatewaySettings
from tenancy import clock
from tests.delivery.texting.phones import NUMBER, Phones, texted, visit_of, with_phone
from tests.factories.contacts import make_contact

TEXTED = Questions(by_phone=True)
LATER = timedelta(minutes=2)


@pytest.fixture(autouse=True)
def _a_gateway(settings):
    settings.TEXT_GATEWAY = GatewaySettings("https://api.gateway.example/", daily_limit=8)


@pytest.fixture
def person(ada):
    return with_phone(ada)


@pytest.fixture
def visit(person):
    return visit_of(person)


def kinds(visit):
    events = EscrowEvent.objects.filter(item=visit.item).order_by("occurred_at", "id")
    return list(events.values_list("kind", flat=True))


def test_a_code_by_phone_takes_the_place_of_mail_and_facts(visit):
    phones = Phones()
    assert answers.questions(visit) == TEXTED
    text = texted(visit, phones)
    assert (text.status, text.reference, text.due_at) == ("sent", "SM42", None)
    assert [each.number for each in phones.texts] == [NUMBER]
    assert not Message.objects.filter(cause_id=text.code_id).exists()
    answers.answer(visit, code=phones.code)
    visit.refresh_from_db()
    assert visit.strength == Strength.AGREED
    assert kinds(visit) == ["proved", "code_texted", "text_sent", "checked"]
    told = ["portal.code_texted", "portal.text_sent", "portal.checked"]
    assert [AuditEvent.objects.filter(action=action).count() for action in told] == [1, 1, 1]


def test_the_digits_are_forgotten_once_the_text_has_left(visit):
    text = texted(visit, Phones())
    assert EscrowCode.objects.get(pk=text.code_id).digits is None


@pytest.mark.parametrize(
    ("holds", "asked"),
    [
        ({"reason": "prefers_portal"}, Questions((Fact.BIRTH_DATE,))),
        ({"reason": "downgraded"}, TEXTED),
        ({"reason": "specially_protected"}, TEXTED),
    ],
)
def test_the_phone_is_asked_where_facts_alone_are_weak(person, holds, asked):
    assert answers.questions(visit_of(person, **holds)) == asked


def test_a_mailed_code_that_left_unsafely_is_followed_by_one_to_the_phone(person):
    visit, phones = visit_of(person, reason="prefers_portal"), Phones()
    mailed = answers.send_code(visit)
    answers.settle_code(mailed.id, left_verified=False)
    assert answers.questions(visit) == TEXTED
    with pytest.raises(CodeSpent):
        answers.answer(visit, code=mailed.digits)
    texted(visit, phones)
    assert answers.questions(visit) == TEXTED
    answers.answer(visit, code=phones.code)
    visit.refresh_from_db()
    assert visit.checked_at is not None


def test_a_clinic_that_takes_no_facts_takes_a_code_by_phone(visit, nurse):
    compliance.set_policy({"portal_must_agree": True}, actor=nurse)
    assert answers.questions(visit) == TEXTED


def test_who_has_no_fact_on_file_gets_a_code_by_phone(person):
    person.attributes, person.identity = {}, {**person.identity, "birth_date": ""}
    person.save(update_fields=["attributes", "identity"])
    assert answers.questions(visit_of(person, reason="prefers_portal")) == TEXTED


BOTH = Questions((Fact.BIRTH_DATE, Fact.POSTAL_CODE))


@pytest.mark.parametrize(
    "number", ["", "+18005551234", "+34612345678", "not a number", "+442079460000"]
)
def test_without_a_number_that_takes_texts_facts_remain(ada, number):
    visit = visit_of(with_phone(ada, number))
    assert answers.questions(visit) == BOTH
    answers.send_code(visit)
    assert not PortalText.objects.exists()


def test_without_a_gateway_facts_remain(visit, settings):
    gateway, settings.TEXT_GATEWAY = settings.TEXT_GATEWAY, GatewaySettings()
    assert answers.questions(visit) == BOTH
    settings.TEXT_GATEWAY = gateway
    assert answers.questions(visit) == TEXTED


def test_the_clinic_says_in_which_field_the_number_is_if_in_any(person):
    person.attributes = {**person.attributes, "mobile_phone": "(603) 555-0177"}
    person.save(update_fields=["attributes"])
    found = []
    for place in ("phone", "mobile_phone", "none"):
        Policy.objects.update_or_create(defaults={"portal_phone": place})
        found.append(texts.number_of(person))
    assert found == [NUMBER, "+16035550177", ""]


def test_wrong_digits_count_like_any_wrong_answer(visit):
    phones = Phones()
    texted(visit, phones)
    with pytest.raises(WrongAnswer) as refusal:
        answers.answer(visit, code="0000 0000")
    assert refusal.value.tries_left == 4
    assert kinds(visit)[-1] == "refused"
    for _ in range(4):
        with pytest.raises(WrongAnswer):
            answers.answer(visit, code="0000 0000")
    with pytest.raises(CodeSpent):
        answers.answer(visit, code=phones.code)


def test_a_code_works_for_ten_minutes(visit):
    phones = Phones()
    texted(visit, phones)
    with clock.at(clock.now() + timedelta(minutes=10)), pytest.raises(CodeSpent):
        answers.answer(visit, code=phones.code)


def test_who_asks_again_waits_a_minute_and_has_three_in_an_hour(visit):
    moment = clock.now()
    for turn in range(3):
        with clock.at(moment + turn * LATER):
            texted(visit, Phones())
            with pytest.raises(TextUnderWay):
                answers.send_code(visit)
    with clock.at(moment + 3 * LATER), pytest.raises(TooManyCodes):
        answers.send_code(visit)
    assert PortalText.objects.count() == 3


def test_a_number_gets_five_a_day_over_all_messages_and_people(person):
    for _ in range(5):
        texted(visit_of(person), Phones())
    wife = with_phone(make_contact(email="bo@postbox.example"))
    with pytest.raises(TextsUsedUp):
        answers.send_code(visit_of(wife))
    assert PortalText.objects.count() == EscrowCode.objects.count() == 5
    with clock.at(clock.now() + timedelta(days=1)):
        texted(visit_of(wife), Phones())


def test_a_workspace_gets_as_many_a_day_as_the_operator_says(clinic):
    people = [
        with_phone(make_contact(email=f"p{at}@postbox.example"), f"+1207555015{at}")
        for at in range(9)
    ]
    for each in people[:8]:
        texted(visit_of(each), Phones())
    with pytest.raises(TextsUsedUp):
        answers.send_code(visit_of(people[8]))
    assert PortalText.objects.count() == 8


def test_the_database_refuses_a_text_that_is_neither_waiting_nor_settled(visit):
    text = texted(visit, Phones())
    for wrong in ({"status": "waiting"}, {"status": "failed"}, {"trouble": "silent"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PortalText.objects.filter(pk=text.pk).update(**wrong)
