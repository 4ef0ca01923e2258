"""Deliverability by operator and domain: exact figures, and nothing about a few people to who may not see them."""

import csv
import html

import pytest

from audit.models import AuditEvent
from delivery.models import DomainDay
from delivery.reports.deliverability import queries
from delivery.reports.deliverability.standing import ORDERS, Standing, operators_apart
from tenancy import clock
from tenancy.keyring import current_keys
from tenancy.scope import tenant_scope
from tests.delivery.reports.reading import page

PATH = "/reports/deliverability/"


def make_day(domain: str, *, people: int, days_ago: int = 0, operator: str = "other", **figures):
    return DomainDay.objects.create(
        day=queries.since(days_ago + 1),
        domain_index=current_keys().blind_index("delivery.domain", domain),
        domain=domain,
        operator=operator,
        people=list(range(min(people, 11))),
        **figures,
    )


@pytest.fixture
def week(clinic):
    """A large operator with much mail, a hospital with trouble, and two practices with few people."""
    sent = {"sent": 200, "accepted": 190, "deferred": 20, "hard_bounced": 4, "soft_bounced": 6}
    levels = {"t3": 150, "t2": 20, "t1": 20, "in_minute": 100, "in_quarter": 90}
    make_day("gmail.example", people=11, operator="google", complained=3, **sent, **levels)
    make_day("gmail.example", people=11, days_ago=20, operator="google", sent=50, accepted=50)
    make_day("hospital.example", people=11, sent=20, accepted=10, t0=10, in_day=10, portal=5)
    make_day("small.example", people=4, sent=4, accepted=4, t2=4, in_hour=4)
    make_day("tiny.example", people=3, operator="", portal=3)


def rows(answer) -> str:
    return html.unescape(page(answer))


def test_figures_add_up_by_domain_and_by_operator(marketer, week):
    shown = rows(marketer.get(PATH))
    told = "200 190 95.0 % 20 10.0 % 10 4 hard, 6 soft 3 1.6 % 0 89.5 %"
    levels = "78.9 % the domain's own policy (MTA-STS) 10.5 % certificate checked 10.5 % TLS without proof"
    assert shown.count(f"{told} {levels} 1 minute") == 2
    assert "A server of its own 2 domains" in shown
    assert "No mail server was asked 1 domain" in shown
    assert "small.example" in shown
    assert "4 domains." in shown
    month = rows(marketer.get(f"{PATH}?days=30"))
    assert "250 240 96.0 %" in month
    assert "250 240" not in shown


def test_domains_of_few_people_are_shown_together_to_who_may_not_see_people(analyst, week, clinic):
    shown = rows(analyst.get(PATH))
    assert "gmail.example" in shown
    assert "Other domains 2 domains" in shown
    assert "Fewer than 11 people, so no figures." in shown
    for name in ("small.example", "tiny.example"):
        assert name not in shown
        found = rows(analyst.post(f"{PATH}search/", {"q": name}))
        assert "No mail to that domain in these days, or to fewer than 11 people." in found
        assert name not in analyst.get("/reports/deliverability.csv").content.decode()
    make_day("third.example", people=5, sent=6, accepted=6)
    shown = rows(analyst.get(PATH))
    assert "Other domains 3 domains 0 put off" in shown
    assert "third.example" not in shown


def test_no_operators_figures_less_its_domains_are_those_of_few_people(marketer, analyst, week):
    """gmail.example has a row of its own: with it, the rest of google's row is told."""
    make_day("boutique.example", people=3, operator="google", sent=3, deferred=3)
    assert "203 190 93.6 % 23" in rows(marketer.get(PATH))
    shown = rows(analyst.get(PATH))
    assert "Google (Gmail, Workspace) 1 domain 20 put off" in shown
    assert "203" not in shown
    assert shown.count("Other domains 3 domains Fewer than 11 people, so no figures.") == 2
    make_day("salon.example", people=9, operator="google", sent=9, accepted=9)
    assert "212" not in rows(analyst.get(PATH)), "or the others less google's were small and tiny"
    make_day("third.example", people=5, sent=6, accepted=6)
    shown = rows(analyst.get(PATH))
    assert "Google (Gmail, Workspace) 3 domains 23 put off" in shown
    assert "212 199 93.9 %" in shown


def test_what_stays_out_of_the_operators_rows_is_of_enough_people_or_not_told(clinic):
    """Others less what operators count of them must not be few people either."""
    make_day("gmail.example", people=11, operator="google", sent=200)
    make_day("a.example", people=6, operator="google", sent=6)
    make_day("b.example", people=6, operator="google", sent=6)
    make_day("c.example", people=3, operator="outlook", sent=3)
    groups, others = operators_apart(queries.domains(7, counts_people=True))
    assert [(group.name, group.standing.counts["sent"]) for group in groups] == [("google", 200)]
    assert (others.domains, others.standing.counts["sent"]) == (3, 15)


def test_a_domain_is_found_by_post_alone_and_the_look_is_recorded(marketer, week, clinic):
    found = rows(marketer.post(f"{PATH}search/", {"q": "somebody@Small.Example", "days": "7"}))
    assert "small.example A server of its own" in found
    assert "hospital.example" not in found
    with tenant_scope(clinic.id):
        event = AuditEvent.objects.get(action="deliverability.searched")
    assert "small" not in str(event.detail)
    assert marketer.get(f"{PATH}search/").status_code == 405


@pytest.mark.parametrize(
    ("sort", "first"),
    [("sent", "gmail"), ("accepted", "hospital"), ("deferred", "gmail"), ("bounced", "gmail"),
     ("complained", "gmail"), ("portal", "hospital"), ("verified", "hospital"), ("wait", "hospital")],
)  # fmt: skip
def test_the_table_is_sorted_by_any_column(marketer, week, sort, first):
    shown = marketer.get(f"{PATH}?sort={sort}").content.decode()
    names = [name for name in ("gmail", "hospital") if f"{name}.example" in shown]
    names.sort(key=lambda name: shown.index(f"{name}.example"))
    assert names[0] == first
    assert shown.count("aria-sort=") == 1


@pytest.mark.parametrize("query", ["sort=name", "days=8", "from=-1", "from=x"])
def test_what_is_no_choice_is_not_found(marketer, week, query):
    assert marketer.get(f"{PATH}?{query}").status_code == 404


def test_the_file_says_what_the_page_says(analyst, week, clinic):
    answer = analyst.get("/reports/deliverability.csv?days=7")
    lines = list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))
    assert lines[0][:4] == ["Domain", "Mail operator", "Sent", "Accepted"]
    assert [line[0] for line in lines[1:]] == ["gmail.example", "hospital.example"]
    assert lines[2] == [
        "hospital.example", "A server of its own", "20", "10", "0", "0", "0", "0", "5", "0",
        "10", "0", "0", "0", "0", "0", "1 day",
    ]  # fmt: skip
    with tenant_scope(clinic.id):
        event = AuditEvent.objects.get(action="deliverability.taken")
        assert event.detail == {"rows": 2, "days": 7}


def test_another_workspaces_mail_is_not_counted(marketer, week, other_clinic):
    with tenant_scope(other_clinic.id):
        make_day("gmail.example", people=11, sent=900)
    assert "200 190 95.0 %" in rows(marketer.get(PATH))
    assert "900" not in rows(marketer.get(PATH))


def test_what_has_no_share_comes_last():
    nothing, little = Standing(dict.fromkeys(ALL, 0)), Standing(dict.fromkeys(ALL, 1))
    for order in ("accepted", "deferred", "bounced", "verified", "wait"):
        assert ORDERS[order](little) < ORDERS[order](nothing)


ALL = [field.name for field in DomainDay._meta.fields if field.name not in ("id", "tenant")]


def test_days_that_are_over_are_not_in_the_week(clinic):
    make_day("old.example", people=11, days_ago=7, sent=1)
    make_day("new.example", people=11, days_ago=6, sent=1)
    found = queries.domains(7, counts_people=True)
    assert [domain.people for domain in found] == [11]
    assert queries.names([found[0].index]) == {found[0].index: "new.example"}
    assert queries.since(7) < clock.now()
