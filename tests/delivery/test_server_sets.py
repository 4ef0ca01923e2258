"""Servers that stay the same for thirty days vouch for themselves, from then on and as long as they do."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from delivery.models import ServerSet
from delivery.services import server_sets
from delivery.services.server_sets import Known, after, known, remember, steady
from delivery.wire.pins import Pin
from tenancy import clock
from tenancy.scope import tenant_scope
from tests import fakes
from tests.delivery.sending import due, send

DAY = timedelta(days=1)
MX = ("mx", "mx2")
GOOD = replace(fakes.ACCEPTED, mx=MX)
MONTH = [0, *range(3, 31, 3)]


def lived(*days: int, then=()):
    """What is known after verified mail on these days, and then other outcomes on the last."""
    began, found = clock.now(), None
    for day in days:
        with clock.at(began + day * DAY):
            found = after(found, GOOD)
    with clock.at(began + days[-1] * DAY):
        for outcome in then:
            found = after(found, outcome)
        return steady(found)


def test_vouch_after_thirty_days_and_not_a_day_before():
    assert lived(*MONTH) == Pin(MX, clock.now().date().isoformat())
    assert lived(*MONTH[:-1], 29) is None


@pytest.mark.parametrize(
    "outcome",
    [
        replace(fakes.ACCEPTED, mx=("mx",)),
        replace(fakes.ACCEPTED, mx=(*MX, "mx3")),
        replace(fakes.UNREACHABLE, mx=("mx3",)),
        replace(fakes.NO_TLS, mx=MX),
        replace(fakes.ACCEPTED, mx=MX, failures=fakes.NO_TLS.failures),
    ],
)
def test_any_change_and_any_shortfall_begin_anew(outcome):
    assert lived(*MONTH, then=[outcome, GOOD]) is None


@pytest.mark.parametrize(
    "outcome",
    [
        fakes.UNREACHABLE,
        replace(fakes.UNREACHABLE, mx=MX),
        replace(fakes.GREYLISTED, mx=MX, evidence=fakes.VERIFIED),
        replace(fakes.NOT_PROMISED, mx=MX),
        fakes.GREYLISTED,
    ],
)
def test_what_says_nothing_of_the_servers_changes_nothing(outcome):
    assert lived(*MONTH, then=[outcome]).mx == MX


def test_a_server_that_was_never_met_is_not_known():
    assert after(None, replace(fakes.UNREACHABLE, mx=MX)) is None


def test_a_worker_remembers_and_tells_the_wire(clinic):
    began = clock.now()
    for day in MONTH[:-1]:
        with clock.at(began + day * DAY):
            due(f"p{day}")
            transport = fakes.FakeTransport({f"p{day}@x.example": GOOD})
            send(transport)
            assert transport.pins == {f"p{day}@x.example": None}
    with clock.at(began + 30 * DAY):
        due("ada")
        transport = fakes.FakeTransport()
        send(transport)
    assert transport.pins == {"ada@x.example": Pin(MX, began.date().isoformat())}


def test_a_day_of_mail_is_written_once():
    now = clock.now()
    seen = Known(MX, now - 9 * DAY, now - DAY / 2)
    assert after(seen, GOOD) is seen
    with clock.at(now + DAY):
        assert after(seen, GOOD) == seen._replace(seen_at=now + DAY)


def test_thirty_days_of_silence_are_forgotten(clinic):
    began = clock.now()
    remember({"x.example": Known(MX, began - 40 * DAY, began)})
    assert steady(known(["x.example"])["x.example"]) is not None
    with clock.at(began + 30 * DAY):
        assert known(["x.example"]) == {}
        remember({"x.example": Known(MX, clock.now(), clock.now())})
        assert steady(known(["x.example"])["x.example"]) is None


def test_of_two_workers_the_one_that_saw_a_change_counts(clinic):
    now = clock.now()
    old = Known(MX, now - 40 * DAY, now - DAY)
    remember({"x.example": old})
    remember({"x.example": Known(MX, now, now)})
    remember({"x.example": old._replace(seen_at=now)})
    assert known(["x.example"]) == {"x.example": Known(MX, now, now)}
    remember({"x.example": Known(("mx3",), now, now)})
    remember({"x.example": old._replace(seen_at=now)})
    assert known(["x.example"])["x.example"].unchanged_since == now


def test_names_nobody_in_the_clear_and_belongs_to_one_workspace(clinic, other_clinic):
    remember({"lake.example": Known(("mx.lake.example",), clock.now(), clock.now())})
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM delivery_serverset t")
        row = cursor.fetchone()[0]
    assert b"lake".hex() not in row
    assert "lake" not in row
    with tenant_scope(other_clinic.id):
        assert server_sets.known(["lake.example"]) == {}


def test_is_unchanged_since_it_was_seen(clinic):
    now = clock.now()
    with pytest.raises(IntegrityError, match="server_set_seen_since"), transaction.atomic():
        ServerSet.objects.create(
            domain_index=b"a" * 16, mx=[], unchanged_since=now, seen_at=now - DAY
        )
