"""An id of another clinic, wherever it is put, is answered like an id of nothing.

Three clinics; `make test` lets one role in turn try a part of the addresses, `make prove` lets every
role of two clinics try all of them. The third clinic's texts are marked, so that one word of it tells.
"""

from contextlib import closing

import pytest
from django.conf import settings

from audit import sequencing
from config.hosts import URLCONFS
from tenancy import clock
from tests.security import leaky_urls, trespass
from tests.security import world as worlds
from tests.security.attack import Attack, Report, is_stopped
from tests.security.marks import Marks
from tests.security.positions import PLACES
from tests.security.restored import Moment
from tests.security.routes import all_routes, routes_of

SAMPLE = 12  # one address of so many


@pytest.fixture(scope="module")
def marked(_database):
    """The third clinic, which the others attack."""
    return worlds.build("Fir Street Clinic", Marks())


def asked_by(mine, marked, routes, *, everybody, places=PLACES):
    """Asked at one moment, however long it takes: nobody is signed out meanwhile."""
    report = Report()
    with clock.at(clock.now()):
        people = {host: trespass.people_of(mine, host) for host in trespass.METHODS}
        sequencing.catch_up()  # else a page that asks for a checkpoint gives waiting events their places
        with closing(Moment()) as moment:
            for host, strangers in people.items():
                attack = Attack(mine, marked, strangers, report, moment)
                of_host = [one for one in routes if one.host == host]
                attack.on(of_host, everybody=everybody, places=places)
    print(f"\n{mine.tenant.name}: {report}")  # noqa: T201 - the report of make prove
    return report


def worth_asking():
    return [route for route in all_routes() if not route.is_public]


def test_a_part_of_all_positions(harbor, marked):
    report = asked_by(harbor, marked, worth_asking()[::SAMPLE], everybody=False)
    assert report.leaks == []
    assert not is_stopped(report)
    assert report.positions.keys() >= PLACES - {"nested"}


@pytest.mark.prove
@pytest.mark.parametrize(("clinic", "places"), [("elm", PLACES), ("harbor", PLACES - {"body"})])
def test_every_position_for_every_role(clinic, places, marked, request):
    """Bodies, where each act has to be undone, are tried by the people of one clinic."""
    mine = request.getfixturevalue(clinic)
    report = asked_by(mine, marked, worth_asking(), everybody=True, places=places)
    assert report.leaks == []
    assert not is_stopped(report)
    assert report.positions.keys() == places
    assert report.share > 0.9


def test_a_planted_leak_is_found(monkeypatch, harbor, marked):
    strangers = trespass.people_of(harbor, "staff")
    monkeypatch.setitem(URLCONFS, settings.HOSTS["staff"], leaky_urls.__name__)
    routes = {one.view.__name__: one for one in routes_of("staff", leaky_urls.__name__)}
    report = Report()
    with closing(Moment()) as moment:
        attack = Attack(harbor, marked, strangers, report, moment)
        attack.on([routes["reads_anybodys"], routes["writes_anybodys"]], everybody=False)
    assert [leak.partition(" as ")[0] for leak in report.leaks] == [
        "GET staff /reads/<uuid:contact_id>/ path contact_id",
        "staff /writes/<uuid:contact_id>/ changed contacts_contact",
    ]
