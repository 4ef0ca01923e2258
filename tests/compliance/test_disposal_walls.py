"""The one way in the database by which an audit event goes, and every other way closed, to each role."""

import os

import psycopg
import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from accounts.models import Countersignature
from accounts.services.sign_in import actor_for
from audit import disposing
from audit.models import ArchivePiece, AuditEvent, Disposal, Leaf
from compliance.models import RetentionSettings
from compliance.services import disposals
from tenancy.removal import remove
from tests.accounts.signing_in import make_member
from tests.audit.exports import superuser
from tests.compliance.disposing import ask, grant, left, old_log

# What PostgreSQL answers each of them; the owner sees no row, and so deletes none.
ROLES = {
    "sealpost_runtime": "permission denied",
    "sealpost_owner": "append-only",
    "sealpost_migrate": "append-only|permission denied",
    "sealpost_scheduler": "permission denied",
    "sealpost_resealer": "permission denied",
    "sealpost_disposer": "permission denied|no tenant context",
    "sealpost_backup": "permission denied",
    "": "append-only",
}


@pytest.fixture
def people(clinic):
    names = {"owner": "Olive Owner", "compliance_officer": "Cora Officer"}
    return [actor_for(make_member(clinic, role, name)) for role, name in names.items()]


@pytest.fixture
def ordered(nurse, people):
    """A disposal of March 2019 whose order is in the tree, and nothing gone yet."""
    old_log(nurse)
    disposal = ask(people[0], keeps=False)
    grant(people[1])
    disposal.refresh_from_db()
    disposing.give(disposal)
    return disposal


def events_of(disposal):
    places = Leaf.objects.filter(seq__gte=disposal.first, seq__lt=disposal.end).order_by("seq")
    return list(places.values_list("pk", flat=True))


def refused(ids, sentence, model=AuditEvent):
    before = model.objects.count()
    with pytest.raises(IntegrityError, match=sentence), transaction.atomic():
        remove(model, ids)
    assert model.objects.count() == before


NO_ORDER = "no order of two people lets {} of these events go"


def test_what_was_ordered_goes_and_the_one_beside_it_does_not(ordered):
    ids = events_of(ordered)
    beside = Leaf.objects.get(seq=ordered.end).pk
    refused([*ids, beside], NO_ORDER.format(1))
    refused([ordered.event_id], NO_ORDER.format(1))
    assert remove(AuditEvent, ids) == len(ids) == 3
    assert left()[0] == ordered.end


# What is not as it must be, and how a superuser makes it so; the application could not.
LACKS = {
    "nobody granted it": (
        "UPDATE accounts_countersignature SET decision = 'refused' WHERE tenant_id = %s"
    ),
    "somebody else granted it": (
        "UPDATE accounts_countersignature SET decided_by = 'x' WHERE tenant_id = %s"
    ),
    "it is about another disposal": (
        "UPDATE accounts_countersignature SET subject_id = 'x' WHERE tenant_id = %s"
    ),
    "it is of another kind": (
        "UPDATE accounts_countersignature SET kind = 'hold.release' WHERE tenant_id = %s"
    ),
    "it has no order": "UPDATE audit_disposal SET event_id = gen_random_uuid() WHERE tenant_id = %s",
    "its order is not signed yet": "UPDATE audit_tree SET signed_size = 3 WHERE tenant_id = %s",
    "it was stopped": "UPDATE audit_disposal SET status = 'stopped' WHERE tenant_id = %s",
    "it is done": "UPDATE audit_disposal SET status = 'done' WHERE tenant_id = %s",
    "a hold is in force": (
        "INSERT INTO compliance_legalhold (id, tenant_id, subject, reason, placed_by, placed_by_name,"
        " placed_at, release_asked_by, released_by, released_by_name) SELECT gen_random_uuid(), id,"
        " 'workspace', 'x', 'x', 'x', now(), '', '', '' FROM tenancy_tenant WHERE id = %s"
    ),
    "an event is too young": (
        "UPDATE audit_auditevent SET recorded_at = now() - interval '2191 days' WHERE tenant_id = %s"
    ),
    "there is no archive of it": (
        "UPDATE audit_disposal SET keeps_archives = true WHERE tenant_id = %s;"
        "UPDATE audit_archive SET status = 'disposed' WHERE tenant_id = %s"
    ),
}


@pytest.mark.parametrize("lack", LACKS)
def test_nothing_goes_if(clinic, ordered, lack):
    with superuser() as admin:
        for statement in LACKS[lack].split(";"):
            assert admin.execute(statement, [clinic.id]).rowcount >= 1
    refused(events_of(ordered), NO_ORDER.format(3))
    refused(
        list(ArchivePiece.objects.values_list("pk", flat=True)),
        "lets this archive go",
        ArchivePiece,
    )


def test_nothing_goes_if_the_workspace_keeps_longer(ordered):
    RetentionSettings.objects.create(audit_days=5479)
    refused(events_of(ordered), NO_ORDER.format(3))


def test_a_file_goes_by_an_order_that_says_so_and_up_to_its_month(ordered):
    ids = [
        list(ArchivePiece.objects.filter(archive__end=end).values_list("pk", flat=True))
        for end in (ordered.end, ordered.end + 3)
    ]
    refused(ids[1], "lets this archive go", ArchivePiece)
    assert remove(ArchivePiece, ids[0]) == len(ids[0]) >= 1


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("statement", ["DELETE FROM", "TRUNCATE"])
def test_no_role_deletes_an_event_past_the_door(ordered, role, statement):
    """Not even while an order is open. The last is the superuser, who would have to lift a trigger first."""
    name, before = settings.DATABASES["default"]["NAME"], AuditEvent.objects.count()
    sees_nothing = role == "sealpost_owner" and statement == "DELETE FROM"
    with psycopg.connect(os.environ["ADMIN_DATABASE_URL"], dbname=name) as admin:
        if role:
            admin.execute(f"SET ROLE {role}")
        if sees_nothing:
            assert admin.execute(f"{statement} audit_auditevent").rowcount == 0
        else:
            with pytest.raises(psycopg.Error, match=ROLES[role]):
                admin.execute(f"{statement} audit_auditevent")
    assert AuditEvent.objects.count() == before > 0


def test_the_runtime_role_may_not_take_the_disposers_place(ordered):
    with (
        pytest.raises(Exception, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET ROLE sealpost_disposer")
    with (
        pytest.raises(Exception, match="not signed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "SELECT kernel.remove('audit_auditevent', 1::smallint, %s, %s::uuid[])",
            [b"\x00" * 32, events_of(ordered)],
        )
    assert left()[:3] == [0, 1, 2]


@pytest.mark.parametrize(
    "change",
    [
        {"end": 9},
        {"first": 1, "reached": 1},
        {"keeps_archives": True},
        {"asked_by": "x"},
        {"granted_by": "x"},
        {"event_id": None, "status": "granted"},
    ],
)
def test_a_disposal_stays_as_it_was_asked_for(ordered, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        Disposal.objects.update(**change)
    again = Disposal.objects.get()
    assert {name: getattr(again, name) for name in change} == {
        name: getattr(ordered, name) for name in change
    }


def test_nobody_grants_the_own_disposal_in_the_database(nurse, people):
    old_log(nurse)
    ask(people[0])
    with pytest.raises(IntegrityError, match="granted_by_another"), transaction.atomic():
        Disposal.objects.update(
            status="granted",
            granted_by=people[0].id,
            granted_at=Countersignature.objects.get().requested_at,
        )
    assert Disposal.objects.get().status == "asked"


def test_the_work_stops_at_what_the_database_refuses(clinic, ordered):
    """Whatever the application believes: here, that an event is old which the database knows to be young."""
    with superuser() as admin:
        young = "UPDATE audit_auditevent SET recorded_at = now() WHERE id = %s"
        admin.execute(young, [events_of(ordered)[1]])
    disposals.work_on(ordered.job_id)
    disposal = Disposal.objects.select_related("job").get()
    assert (disposal.status, disposal.removed) == ("stopped", 0)
    assert disposal.job.problem == "The database does not let these events go."
    assert left()[:3] == [0, 1, 2]
