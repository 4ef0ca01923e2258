"""Home tells where mail is called spam too often, before an operator turns it away."""

import re

import pytest

from delivery.models import DomainDay
from delivery.reports.deliverability.complaints import Disliked, disliked
from delivery.services import domain_days
from tests.accounts.signing_in import browser_of, make_member
from tests.delivery.reports.reading import page
from tests.delivery.reports.test_deliverability import make_day
from tests.factories.delivery import make_message


@pytest.fixture
def home(clinic):
    def home(role: str) -> str:
        shown = page(browser_of(make_member(clinic, role)).get("/"))
        return re.search(r"Needs you (.*?)(Set-up|$)", shown).group(1)

    return home


def test_one_complaint_and_a_small_share_are_no_sign(clinic, home):
    make_day("gmail.example", people=11, operator="google", accepted=1_900, complained=1)
    make_day("outlook.example", people=11, operator="outlook", accepted=10_000, complained=9)
    make_day("old.example", people=11, days_ago=7, operator="yahoo", accepted=10, complained=9)
    assert disliked() == []
    assert "called spam" not in home("marketer")


def test_the_worst_comes_first(clinic, home):
    make_day("gmail.example", people=11, operator="google", accepted=1_000, complained=1)
    make_day("other.example", people=11, operator="google", accepted=1_000, complained=1)
    make_day("outlook.example", people=11, operator="outlook", accepted=1_000, complained=4)
    assert disliked() == [Disliked("outlook", 0.004), Disliked("google", 0.001)]
    assert [each.is_grave for each in disliked()] == [True, False]
    shown = home("analyst")
    assert shown.index("0.4% of your mail to Microsoft") < shown.index(
        "0.1% of your mail to Google"
    )


def test_more_complaints_than_mail_of_these_days_is_all_of_it(clinic):
    make_day("gmail.example", people=11, operator="google", accepted=0, complained=3)
    assert disliked() == [Disliked("google", 1.0)]


def test_a_complaint_counts_for_the_operator_of_its_mail_also_on_a_later_day(clinic, ada):
    make_day("gmail.example", people=11, operator="google", days_ago=2, accepted=1_000)
    for _ in range(2):
        domain_days.count_complaint(make_message(ada), "ada@gmail.example")
    assert DomainDay.objects.get(complained=2).operator == ""
    assert disliked() == [Disliked("google", 0.002)]


def test_of_few_people_nothing_is_said(clinic, home):
    make_day("small.example", people=10, accepted=10, complained=2)
    assert disliked() == []
    assert "called spam" not in home("analyst")
