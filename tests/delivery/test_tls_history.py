"""What is kept of each mail server, day by day, and when staff is told of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.services.sign_in import actor_for
from audit.models import AuditEvent
from compliance.models import Alert
from compliance.services import alerts
from delivery.models import DomainPosture, HostObservation
from delivery.services import postures
from delivery.services.postures import Lesson
from delivery.wire.door import HostFailure, Outcome, Result
from delivery.wire.levels import PolicyType, TlsFailure
from delivery.wire.session import Stage
from tenancy import clock
from tenancy.models import SystemMail
from tests import fakes
from tests.accounts.signing_in import make_member
from tests.delivery.postures import NOT_OFFERED, learn
from tests.delivery.sending import due, send

DANE = Outcome(
    Result.UNPROTECTED, Stage.CONNECT, fakes.LOST,
    failures=(HostFailure("mx.x.example", TlsFailure.TLSA_INVALID, policy=PolicyType.TLSA),),
)  # fmt: skip


def history() -> list[tuple[object, ...]]:
    rows = HostObservation.objects.order_by("day", "shown", "seen_at")
    return [(row.domain, row.host, row.shown, row.count) for row in rows]


def try_all(*names: str, outcome: Outcome) -> None:
    for name in names:
        due(name)
    send(fakes.FakeTransport({f"{name}@x.example": outcome for name in names}))


def test_counts_what_each_server_showed_by_day(clinic):
    try_all("ada", "ben", outcome=fakes.ACCEPTED)
    try_all("cy", outcome=fakes.ACCEPTED)
    assert history() == [("x.example", "mx", "T2", 3)]
    with clock.at(clock.now() + timedelta(days=1)):
        try_all("dee", outcome=fakes.NO_TLS)
    assert history() == [("x.example", "mx", "T2", 3), ("x.example", "mx", NOT_OFFERED, 1)]


def test_remembers_the_latest_the_best_level_and_the_change(clinic):
    began = clock.now()
    with clock.at(began):
        learn(lake="T2")
    with clock.at(began + timedelta(hours=1)):
        learn(lake="T2")
    posture = DomainPosture.objects.get()
    assert (posture.shown, posture.level, posture.changed_at) == ("T2", 2, began)
    with clock.at(began + timedelta(hours=2)):
        learn(lake=NOT_OFFERED)
    posture.refresh_from_db()
    assert (posture.shown, posture.level) == (NOT_OFFERED, 2)
    assert posture.changed_at == began + timedelta(hours=2)


def test_a_second_server_that_takes_it_outweighs_the_first(clinic):
    failed = HostFailure("mx1", TlsFailure.EXPIRED)
    try_all("ada", outcome=replace(fakes.ACCEPTED, failures=(failed,)))
    assert history() == [
        ("x.example", "mx", "T2", 1), ("x.example", "mx1", "certificate-expired", 1),
    ]  # fmt: skip
    assert DomainPosture.objects.get().shown == "T2"


def test_what_never_reached_a_server_says_nothing_of_it(clinic):
    try_all("ada", outcome=fakes.UNREACHABLE)
    assert not HostObservation.objects.exists()
    assert not DomainPosture.objects.exists()


def test_names_are_sealed_and_the_database_knows_what_can_be_shown(clinic):
    learn(lake="T2")
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM delivery_hostobservation t")
        row = cursor.fetchone()[0]
    assert "T2" in row  # the row itself is there to be read
    assert "lake" not in row
    assert b"lake".hex() not in row
    with pytest.raises(IntegrityError), transaction.atomic():
        HostObservation.objects.update(shown="safe")


def test_a_batch_costs_two_statements_and_none_if_nothing_was_seen(
    clinic, django_assert_num_queries
):
    postures.remember({}, clock.now())
    with transaction.atomic():
        with django_assert_num_queries(2):
            learn(**{f"d{number}": "T2" for number in range(50)})
        with django_assert_num_queries(0):
            postures.remember({}, clock.now())
    assert HostObservation.objects.count() == 50


def test_a_lesson_of_safety_stays_whatever_comes_after(clinic):
    lesson = Lesson(is_safe=True)
    postures.remember({"x.example": lesson}, clock.now())
    assert (DomainPosture.objects.get().shown, HostObservation.objects.count()) == ("", 0)


def test_a_broken_promise_alerts_staff_once_a_domain_and_day(clinic):
    officer = make_member(clinic, "compliance_officer", "Cleo Compliance")
    try_all("ada", "ben", outcome=DANE)
    alert = Alert.objects.get()
    posture = DomainPosture.objects.get()
    assert (alert.kind, alert.person_id, alert.count) == ("dane", str(posture.pk), 2)
    assert alert.person_name == "A recipient's mail domain"
    try_all("cy", outcome=DANE)
    alert.refresh_from_db()
    assert (Alert.objects.count(), alert.count) == (1, 3)
    assert AuditEvent.objects.filter(action="alert.raised").count() == 1
    mails = SystemMail.objects.filter(kind="domain_alert")
    assert [mail.to for mail in mails] == [officer.email]
    assert "x.example" not in str(mails.get().context)

    alerts.answer(alert.pk, text="They renew it.", lets_go_on=False, actor=actor_for(officer))
    try_all("dee", outcome=DANE)
    assert Alert.objects.count() == 1
    with clock.at(clock.now() + timedelta(days=1)):
        try_all("eve", outcome=DANE)
    assert Alert.objects.filter(answered_at=None).count() == 1


def test_a_downgrade_alerts_staff_and_a_domain_that_never_proved_anything_does_not(clinic):
    try_all("ada", outcome=fakes.NO_TLS)
    assert not Alert.objects.exists()
    try_all("ben", outcome=fakes.ACCEPTED)
    try_all("cy", outcome=fakes.NO_TLS)
    assert [alert.kind for alert in Alert.objects.all()] == ["downgrade"]
