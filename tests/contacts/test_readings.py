"""What systems read is counted by the hour; far beyond their usual an alert is raised, once."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction

from accounts.services.sign_in import actor_for
from audit.services import Actor
from compliance.models import Alert
from compliance.services import alerts
from contacts.models import Look
from contacts.services import readings
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.scope import tenant_scope
from tests.accounts.signing_in import browser_of, make_member

SYSTEM = Actor("api_key", str(uuid7()), "Practice system")
NOON = clock.now().replace(hour=12, minute=10, second=0, microsecond=0)
HOUR = timedelta(hours=1)


@pytest.fixture
def officer(clinic):
    return make_member(clinic, "compliance_officer", "Cora Officer")


def read(people, *, at=NOON):
    with clock.at(at):
        readings.note(people, actor=SYSTEM)


def test_an_hour_of_a_system_is_one_row(clinic):
    read(200)
    read(3, at=NOON + timedelta(minutes=49))
    read(7, at=NOON + HOUR)
    rows = Look.objects.order_by("occurred_at").values_list("kind", "person_name", "people")
    assert list(rows) == [("system", "Practice system", 203), ("system", "Practice system", 7)]


def test_a_new_system_may_read_a_list_and_no_more(clinic):
    read(1_999)
    assert not Alert.objects.exists()
    read(1)
    alert = Alert.objects.get()
    assert (alert.kind, alert.person_name, alert.count) == ("readings", "Practice system", 2_000)
    read(500)
    alert.refresh_from_db()
    assert alert.count == 2_500


def test_what_is_usual_for_a_system_is_no_news(clinic):
    for hours in (1, 2, 30):
        read(1_500, at=NOON - hours * HOUR)
    read(14_999)
    assert not Alert.objects.exists()
    read(1)
    assert Alert.objects.get().count == 15_000


def test_what_was_usual_long_ago_counts_no_more(clinic):
    read(1_900, at=NOON - timedelta(days=15))
    read(2_000)
    assert Alert.objects.get().count == 2_000


def test_an_answer_holds_for_the_rest_of_its_hour(officer):
    read(2_000)
    with clock.at(NOON + timedelta(minutes=5)):
        alerts.answer(
            Alert.objects.get().pk, text="A move.", lets_go_on=False, actor=actor_for(officer)
        )
    read(2_000, at=NOON + timedelta(minutes=9))
    assert Alert.objects.count() == 1
    Look.objects.all().delete()
    read(2_000, at=NOON + HOUR)
    assert Alert.objects.filter(answered_at=None).count() == 1


def test_calls_at_the_same_moment_lose_nothing(clinic):
    def call():
        try:
            with tenant_scope(clinic.id), clock.at(NOON):
                for _ in range(10):
                    readings.note(3, actor=SYSTEM)
        finally:
            connections.close_all()

    callers = [threading.Thread(target=call) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert Look.objects.get().people == 120


def test_officers_see_what_each_system_reads(officer, agreement):
    now = clock.now()
    read(40, at=now - timedelta(days=2))
    read(20, at=now)
    page = browser_of(officer).get("/compliance/looks/").content.decode()
    row = page.partition("Practice system</a>")[2].partition("</tr>")[0]
    cells = [cell.partition("<")[0] for cell in row.split('class="n')[1:]]
    assert cells == ['">20', ' sp-hide-sm">30', '">60']


@pytest.mark.parametrize("change", [{"kind": "search"}, {"people": 6}])
def test_the_database_keeps_sums_for_systems(clinic, change):
    read(5)
    read(5, at=NOON + HOUR)
    rows = Look.objects.filter(occurred_at__lt=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(occurred_at=NOON.replace(minute=0) + HOUR, **change)
    assert rows.count() == 1
