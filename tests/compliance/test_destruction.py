"""The destruction of a workspace: nothing of it is left that could be read."""

import os

import pytest
from django.db import connection, connections, transaction
from django.db.utils import DatabaseError, IntegrityError
from psycopg.conninfo import conninfo_to_dict

from compliance import destruction_certificate as certificates
from compliance.models import Ending, LegalHold
from compliance.services import destruction, ending, holds
from contacts.models import Contact
from tenancy import clock, destroying, keyring, versions
from tenancy.models import DestructionOrder, Tenant, WrappedKey
from tenancy.scope import platform_scope, tenant_scope
from tests.compliance.ended import (
    STAYS,
    WHY,
    certificate_of,
    fill,
    rows_in,
    status_of,
    tables_of,
    without_the_log,
)
from tests.conftest import make_tenant
from tests.factories.contacts import make_contact


def test_before_its_time_nothing_happens(ended):
    tenant, *_ = ended
    before = tables_of(tenant.pk)
    with pytest.raises(ending.NotEnded, match="not time"):
        destruction.work_on(tenant.pk)
    assert (status_of(tenant), tables_of(tenant.pk)) == ("ending", before)


def test_nothing_is_left_but_the_tombstone_the_log_and_the_agreements(ended, nurse):
    tenant, _, _, moment = ended
    other = make_tenant("Harbor Dental")
    fill(other, nurse)
    before, untouched = tables_of(tenant.pk), tables_of(other.pk)
    assert {"contacts_contact", "contacts_consentrecord", "delivery_escrowitem",
            "compliance_senderdomain", "audit_archivepiece", "accounts_membership"} <= rows_in(before)  # fmt: skip
    with clock.at(moment):
        destruction.work_on(tenant.pk)

    after = tables_of(tenant.pk)
    assert rows_in(after) <= STAYS
    assert after["compliance_agreement"] == before["compliance_agreement"] == 1
    assert after["audit_auditevent"] == before["audit_auditevent"] + 2
    assert after["audit_pendingleaf"] == 0
    assert without_the_log(tables_of(other.pk)) == without_the_log(untouched)
    assert status_of(tenant) == "destroyed"
    with tenant_scope(other.pk):
        assert Contact.objects.get().identity["given_name"] == "Zyxomark"


def test_every_tenant_table_of_the_catalogue_is_decided(clinic):
    tables = set(tables_of(clinic.pk))
    going = {model._meta.db_table for model in destroying.going()}
    assert going | STAYS == tables
    assert going & STAYS == set()


def test_no_key_is_left_and_a_row_of_an_earlier_dump_does_not_open(ended):
    tenant, _, _, moment = ended
    field = Contact._meta.get_field("identity")
    with tenant_scope(tenant.pk):
        contact = Contact.objects.get()
        dumped = contact.__dict__["identity"]
        row = contact.pk
        assert field.open(dumped, tenant.pk, row)["given_name"] == "Zyxomark"
    with clock.at(moment):
        destruction.work_on(tenant.pk)
    with platform_scope():
        keys = WrappedKey.objects.filter(tenant=tenant.pk)
        assert [(key.state, key.wrapped) for key in keys] == [("destroyed", None)] * 2
    with tenant_scope(tenant.pk), pytest.raises(keyring.KeyUnavailable):
        field.open(dumped, tenant.pk, row)


def test_no_key_can_be_made_for_it_again(ended):
    tenant, _, _, moment = ended
    with clock.at(moment):
        destruction.work_on(tenant.pk)
    with platform_scope():
        with pytest.raises(IntegrityError, match="gets no key"):
            versions.create_keys(tenant.pk)
        with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic("keys"):
            DestructionOrder.objects.filter(pk=tenant.pk).update(certificate="x")


def test_a_legal_hold_comes_first(ended, nurse):
    tenant, _, _, moment = ended
    with tenant_scope(tenant.pk):
        hold = holds.place(
            LegalHold.Subject.WORKSPACE, subject_id=None, reason="A case", actor=nurse
        )
    before = tables_of(tenant.pk)
    with clock.at(moment):
        with platform_scope():
            assert [it for it in ending.due() if it[0] == tenant.pk] == []
        with pytest.raises(ending.NotEnded):
            destruction.work_on(tenant.pk)
        assert (status_of(tenant), tables_of(tenant.pk)) == ("ending", before)
        with tenant_scope(tenant.pk):
            LegalHold.objects.filter(pk=hold.pk).update(
                released_at=clock.now(), release_asked_by="a", released_by="b", released_by_name="B"
            )
            Ending.objects.update(lease_expires_at=None)
        destruction.work_on(tenant.pk)
    assert status_of(tenant) == "destroyed"


def test_once_it_has_begun_nobody_undoes_it_or_holds_it(ended, nurse):
    tenant, _, _, moment = ended
    with clock.at(moment), tenant_scope(tenant.pk):
        destruction._begin(Tenant.objects.get(pk=tenant.pk), Ending.objects.get())
        with pytest.raises(ending.NotEnded, match="has begun"):
            ending.undo(reason="We stay", actor=nurse)
        with pytest.raises(holds.HoldNotPlaced):
            holds.place(LegalHold.Subject.WORKSPACE, subject_id=None, reason="x", actor=nurse)


@pytest.mark.parametrize("statement", range(1, 60, 7))
def test_killed_anywhere_it_goes_on(ended, statement, monkeypatch):
    """Every connection fails at one statement, as if the process had died there."""
    tenant, _, _, moment = ended
    before = tables_of(tenant.pk)

    class Killed(BaseException):
        pass

    seen = 0

    def die(execute, query, params, many, context):
        nonlocal seen
        if "destroy_rows" in query or "UPDATE" in query or "INSERT" in query:
            seen += 1
            if seen == statement:
                raise Killed
        return execute(query, params, many, context)

    with clock.at(moment):
        with pytest.raises(Killed), connection.execute_wrapper(die):
            with connections["keys"].execute_wrapper(die):
                destruction.work_on(tenant.pk)
        later = moment + destruction.LEASE
    with clock.at(later):
        destruction.work_on(tenant.pk)
    assert status_of(tenant) == "destroyed"
    assert rows_in(tables_of(tenant.pk)) <= STAYS
    told = certificates.read(certificate_of(tenant))
    contacts = told["removed"]["phi"]["tables"]["contacts.Contact"]
    assert (contacts, before["contacts_contact"]) == (1, 1)
    assert told["rows"] == sum(
        rows for name, rows in before.items() if name not in STAYS
    ) + 1  # fmt: skip


def test_sql_alone_destroys_nothing(clinic):
    make_contact(external_id="EV-1")
    with pytest.raises(DatabaseError, match="not signed"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT kernel.destroy_rows('contacts_contact', 10, 1::smallint, '\\x00'::bytea)"
        )
    with pytest.raises(IntegrityError, match="not being destroyed"):
        destroying.destroy_page(Contact)
    assert Contact.objects.count() == 1


def test_a_page_of_rows_goes_at_a_time(ended, nurse, monkeypatch):
    tenant, *_ = ended
    with tenant_scope(tenant.pk):
        ending.undo(reason="Five more come", actor=nurse)
        for number in range(5):
            make_contact(external_id=f"EV-{number + 10}")
        asked = Ending(asker_kind="user", asked_by="one", asked_by_name="One", reason=WHY)
        moment = ending.decide(asked, decided_by=nurse).destroy_at
    monkeypatch.setattr(destroying, "PAGE", 2)
    with clock.at(moment):
        destruction.work_on(tenant.pk)
    told = certificates.read(certificate_of(tenant))
    assert told["removed"]["phi"]["tables"]["contacts.Contact"] == 6


@pytest.fixture
def before_the_walls(_database):
    """A connection on which no trigger is at work yet, as while a backup is being restored."""
    parts = conninfo_to_dict(os.environ["ADMIN_DATABASE_URL"])
    alias = "restored"
    connections.databases[alias] = connections.databases["migrate"] | {
        "USER": parts["user"], "PASSWORD": parts.get("password", ""), "HOST": parts["host"],
        "PORT": parts.get("port", ""),
    }  # fmt: skip
    with platform_scope(), connections[alias].cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    yield alias
    connections[alias].close()
    del connections.databases[alias]


@pytest.mark.parametrize("certificate", ["", "signed"])
def test_rows_that_a_restore_brought_back_go_again(
    clinic, other_clinic, before_the_walls, certificate
):
    for tenant in (clinic, other_clinic):
        with tenant_scope(tenant.pk):
            make_contact(external_id="EV-9", given_name="Zyxomark")
    certified_at = clock.now() if certificate else None
    DestructionOrder.objects.create(
        tenant=clinic.pk, certificate=certificate, certified_at=certified_at
    )
    assert destroying.destroy_again(before_the_walls) == 1
    assert status_of(clinic) == ("destroyed" if certificate else "destroying")
    assert Contact.objects.count() == 0
    assert clinic.pk in destroying.ordered()
    with tenant_scope(other_clinic.pk):
        assert Contact.objects.count() == 1
    assert status_of(other_clinic) == "active"
    assert destroying.destroy_again(before_the_walls) == 0


def test_tables_that_refer_to_each_other_in_a_circle_have_no_order(monkeypatch):
    monkeypatch.setattr(destroying, "_refers", lambda *_: True)
    with pytest.raises(ValueError, match="in a circle"):
        destroying.going.__wrapped__()


def test_the_door_may_be_opened_again(clinic):
    with platform_scope():
        destroying.allow()
