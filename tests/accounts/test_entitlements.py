"""Who had which role: the history tells exactly what was, whichever path changed it."""

import os
from datetime import UTC, datetime, timedelta
from importlib import import_module

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import entitlements
from accounts.models import Entitlement, Membership
from accounts.roles import Role
from accounts.services import people
from accounts.services.sign_in import actor_for
from tenancy import clock
from tenancy.scope import tenant_scope
from tests.accounts.signing_in import browser_of, make_member, membership_of
from tests.conftest import make_tenant

START = datetime(2027, 1, 4, 9, tzinfo=UTC)
# What may happen to one of three people: a role by the page or by a bare statement, or the door.
CHANGES = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.one_of(
            st.tuples(st.sampled_from(["role", "bare"]), st.sampled_from(list(Role)[1:])),
            st.tuples(st.sampled_from(["suspend", "restore"]), st.none()),
        ),
    ),
    max_size=12,
)


@pytest.fixture(scope="module")
def company(_database):
    """A workspace with an owner and three people, whom every example changes further."""
    with clock.at(START):
        tenant = make_tenant("Replay Clinic")
        owner = make_member(tenant, "owner", "Olive Owner")
        members = [make_member(tenant, "analyst", f"{name} Person") for name in "ABC"]
    return tenant, owner, members, {"at": START}


def change(verb, role, member, owner, tenant):
    by, actor = membership_of(owner, tenant), actor_for(owner)
    match verb:
        case "role":
            people.change_role(member, role, by=by, actor=actor)
        case "bare":
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE accounts_membership SET role = %s, changed_at = %s WHERE id = %s",
                    [role, clock.now(), member.pk],
                )
        case "suspend":
            people.suspend(member, by=by, actor=actor)
        case "restore":
            people.restore(member, by=by, actor=actor)


def holds() -> dict:
    """What the tables themselves say now."""
    active = Membership.objects.filter(status="active")
    return dict(active.values_list("pk", "role"))


def told(moment) -> dict:
    return {
        each.entitlement.membership_id: each.entitlement.role for each in entitlements.as_of(moment)
    }


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=CHANGES)
def test_the_history_replayed_is_the_state_at_every_moment(company, changes):
    tenant, owner, members, time = company
    seen = []
    with tenant_scope(tenant.id):
        for who, (verb, role) in changes:
            time["at"] += timedelta(minutes=1)
            with clock.at(time["at"]):
                change(verb, role, membership_of(members[who], tenant), owner, tenant)
            seen.append((time["at"], holds()))
        assert [(at, told(at)) for at, _ in seen] == seen
        assert told(START - timedelta(minutes=1)) == {}


def test_says_who_gave_what_and_why(clinic, owner):
    mara = make_member(clinic, "marketer", "Mara")
    member, by = membership_of(mara, clinic), membership_of(owner, clinic)
    people.change_role(member, Role.ANALYST, by=by, actor=actor_for(owner))
    people.suspend(member, by=by, actor=actor_for(owner))

    rows = Entitlement.objects.filter(user_id=mara.pk).order_by("number")
    assert [(row.role, row.why, row.changed_by_name) for row in rows] == [
        ("marketer", "joined", "Sealpost"),
        ("analyst", "role", "Olive Owner"),
        ("", "suspended", "Olive Owner"),
    ]


def test_a_bare_statement_is_kept_too_and_nothing_is_taken_back(clinic):
    mara = make_member(clinic, "marketer", "Mara")
    Membership.objects.filter(user=mara).update(role="owner")
    latest = Entitlement.objects.filter(user_id=mara.pk).latest("number")
    assert (latest.number, latest.role, latest.why, latest.changed_by) == (2, "owner", "role", "")
    with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic():
        Entitlement.objects.filter(pk=latest.pk).update(role="analyst")
    with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic():
        Entitlement.objects.filter(pk=latest.pk).delete()


def test_the_page_tells_a_day_to_officers_and_auditors(clinic, owner):
    with clock.at(START):
        make_member(clinic, "marketer", "Mara Early")
    auditor = browser_of(make_member(clinic, "auditor", "Ulla"))
    now = auditor.get("/settings/people/history/").content.decode()
    assert "Ulla" in now
    early = auditor.get("/settings/people/history/?day=2020-01-01").content.decode()
    assert "Nobody had a role here on that day." in early
    browser = browser_of(make_member(clinic, "admin", "Ann"))
    assert browser.get("/settings/people/history/").status_code == 403


def test_memberships_from_before_the_history_get_their_beginning(clinic):
    member = membership_of(make_member(clinic, "marketer", "Mara"), clinic)
    beginning = import_module("accounts.migrations.0013_entitlements_so_far").BEGINNING
    name = connection.settings_dict["NAME"]
    with psycopg.connect(os.environ["ADMIN_DATABASE_URL"], dbname=name) as admin:
        admin.execute("SET session_replication_role = replica")  # as if no trigger were there yet
        admin.execute("DELETE FROM accounts_entitlement WHERE membership_id = %s", [member.pk])
        admin.execute("SET session_replication_role = origin")
        admin.execute("SET ROLE sealpost_migrate")
        admin.execute(beginning)
        query = "SELECT number, role, why FROM accounts_entitlement WHERE membership_id = %s"
        rows = admin.execute(query, [member.pk]).fetchall()
        admin.rollback()
    assert rows == [(1, "marketer", "joined")]
