"""A program that lost our answer asks again, and hears the same."""

import pytest

from contacts import services as contacts
from delivery.models import Message
from integrations.models import LetterDefaults
from tests.factories.contacts import PAPER, make_contact
from tests.integrations.sending import ADA
from tests.integrations.submission.test_submission import data, session, trust, written

__all__ = ["session", "trust"]
BO = "bo@harbourmail.example"
ONE = "<one@practice.example>"


@pytest.fixture
def repeating(program, session):
    LetterDefaults.objects.update(drops_repeated=True)
    return session


def test_what_was_taken_is_told_by_its_first_message(repeating):
    first = data(repeating, written(Message_ID=ONE))
    assert first == (250, f"2.6.0 Taken as {Message.objects.get().pk}".encode())
    assert data(repeating, written(Message_ID=ONE)) == first
    assert Message.objects.count() == 1


def test_who_may_not_be_written_to_is_refused_again(repeating, nurse):
    contacts.stop_everything(make_contact(), evidence=PAPER, actor=nurse)
    first = data(repeating, written(Message_ID=ONE))
    assert first == (550, b"5.7.1 Not sent. Email was refused.")
    assert data(repeating, written(Message_ID=ONE)) == first
    assert [each.status for each in Message.objects.all()] == ["skipped"]


def test_of_several_people_each_keeps_what_was_said(repeating, nurse):
    contacts.stop_everything(make_contact(), evidence=PAPER, actor=nurse)
    first = data(repeating, written(Message_ID=ONE), BO, ADA)
    assert first[0] == 250
    assert first[1].endswith(b"; 1 may not be written to")
    assert data(repeating, written(Message_ID=ONE), BO, ADA) == first
    assert data(repeating, written(Message_ID=ONE), ADA)[0] == 550
    assert data(repeating, written(Message_ID=ONE), BO)[0] == 250
    assert Message.objects.count() == 2


def test_somebody_new_is_taken_beside_those_from_before(repeating):
    data(repeating, written(Message_ID=ONE))
    assert data(repeating, written(Message_ID=ONE), ADA, BO)[0] == 250
    assert Message.objects.count() == 2


def test_what_was_refused_for_its_text_is_judged_anew(repeating):
    wrong = written(Message_ID=ONE, Subject="Your diabetes")
    assert data(repeating, wrong) == data(repeating, wrong)
    assert data(repeating, wrong)[0] == 554
    assert Message.objects.count() == 0
