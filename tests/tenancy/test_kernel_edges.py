"""What happens at the edges of the kernel: with nothing there yet, everything used up, or misuse."""

import hmac
import resource
import ssl
import sys
import time
from dataclasses import FrozenInstanceError
from datetime import timedelta

import pytest
from django.db import connection, connections, models

from tenancy import (
    catalogue,
    clock,
    context,
    context_keys,
    freezing,
    hardening,
    keyring,
    provisioning,
    resealing,
    services,
    versions,
)
from tenancy.fields import BlindIndexField, Sealed, SealedBinaryField, SealedField
from tenancy.models import (
    DestructionOrder,
    ErasureOrder,
    Job,
    KeyRing,
    SystemMail,
    TenantForeignKey,
    WrappedKey,
)
from tenancy.removal import remove
from tenancy.router import KeysRouter
from tenancy.scope import PLATFORM_TENANT_ID, tenant_scope
from tenancy.timed_socket import TimedSocket


def test_a_clean_catalogue_lets_the_service_start(clinic):
    with connection.cursor() as cursor:
        assert catalogue.refuse_holes(cursor) is None


def test_without_a_context_key_nothing_is_signed_until_there_is_one(clinic):
    stored = WrappedKey.objects.using("keys_migrate").filter(
        tenant=PLATFORM_TENANT_ID, purpose="context"
    )
    stored.update(state="destroyed", wrapped=None, destroyed_at=clock.now())
    keyring.forget()
    with pytest.raises(keyring.KeyUnavailable, match="migrate_all"):
        keyring.context_key()
    with pytest.raises(versions.KeyNotChanged, match="migrate_all"):
        context_keys.retire()
    context_keys.provision()
    with tenant_scope(clinic.id):
        assert Job.objects.count() == 0


def test_what_is_there_is_not_provided_twice(clinic):
    def keys():
        return sorted(WrappedKey.objects.using("keys_migrate").values_list("pk", "state"))

    def triggers():
        with connections["migrate"].cursor() as cursor:
            cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger ORDER BY 1, 2")
            return cursor.fetchall()

    before = keys(), triggers()
    provisioning.provision()
    assert (keys(), triggers()) == before
    assert len(before[1]) > len(freezing.modes())


def test_the_last_number_of_a_context_key_is_the_last():
    number = keyring.context_key().number
    with connections["migrate"].cursor() as cursor:
        cursor.execute("INSERT INTO kernel.context_key VALUES (9999, '', '')")
        try:
            with pytest.raises(versions.KeyNotChanged, match="used up"):
                context_keys.rotate()
        finally:
            cursor.execute("DELETE FROM kernel.context_key WHERE kid = 9999")
    assert keyring.context_key().number == number


def test_the_rights_of_the_door_may_be_given_again(clinic):
    resealing.allow()
    services.queue_system_mail(to="ada@harbormail.example", kind="notice", context={})
    versions.add_version(clinic.id)
    resealing.work_on(services.start_job(kind=resealing.JOB, started_by="owner").pk)
    assert resealing.left() == 0


def test_a_job_that_somebody_ended_stays_as_it_was_ended(clinic):
    services.queue_system_mail(to="ada@harbormail.example", kind="notice", context={})
    versions.add_version(clinic.id)
    job = services.start_job(kind=resealing.JOB, started_by="owner")
    services.end_job(job, status=Job.Status.FAILED)
    resealing._end(job, resealing.Course(done=0, stopped=True))
    assert Job.objects.get(pk=job.pk).status == "failed"


def test_a_sealed_value_shows_nothing_of_itself_and_stays_what_it_is(clinic):
    mail = services.queue_system_mail(to="ada@harbormail.example", kind="notice", context={})
    sealed = Sealed(b"12345")
    assert repr(sealed) == "<sealed, 5 bytes>"
    with pytest.raises(FrozenInstanceError):
        sealed.ciphertext = b""
    with pytest.raises(TypeError, match="not serialized"):
        SystemMail._meta.get_field("to").value_to_string(mail)


def test_the_base_of_sealed_fields_knows_no_form_of_its_own():
    with pytest.raises(NotImplementedError):
        SealedField().dump("x")
    with pytest.raises(NotImplementedError):
        SealedField().load(b"x")


def test_sealed_bytes_stay_bytes():
    field = SealedBinaryField()
    assert field.load(field.dump(b"\0x")) == b"\0x"
    assert field.to_python(b"x") == b"x"


def test_a_sealed_value_that_was_not_given_is_nothing_and_not_empty():
    assert models.BinaryField().get_default() == b""
    assert SealedBinaryField().get_default() is None
    assert SealedBinaryField(default=b"x").get_default() == b"x"


def test_a_process_writes_no_core_and_shows_no_memory():
    hardening.harden()
    assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)


def test_a_refusal_of_the_kernel_is_not_passed_over(monkeypatch):
    monkeypatch.setattr(hardening, "PR_SET_DUMPABLE", 2**31 - 1)
    with pytest.raises(OSError, match="PR_SET_DUMPABLE"):
        hardening.harden()
    monkeypatch.setattr(sys, "platform", "darwin")
    hardening.harden()  # no such call there; cores are forbidden all the same


def test_a_key_is_not_retired_early_by_a_moment(clinic):
    context_keys.rotate()
    newest = WrappedKey.objects.get(tenant=PLATFORM_TENANT_ID, purpose="context", state="active")
    wait = timedelta(seconds=keyring.CACHE_SECONDS + 900)
    with clock.at(newest.created_at + wait - timedelta(seconds=1)):
        with pytest.raises(versions.KeyNotChanged, match="may still run"):
            context_keys.retire()


def test_a_blind_index_is_the_same_each_time_and_reads_as_bytes(clinic):
    keys = keyring.current_keys()
    first, second = (keys.blind_index("contact.email", "ada@x.example") for _ in range(2))
    field = BlindIndexField()
    assert field.from_db_value(memoryview(first)) == second
    assert field.from_db_value(None) is None


def test_keys_and_everything_else_are_migrated_apart():
    allows = KeysRouter().allow_migrate
    assert [allows(db, "tenancy", "keyring") for db in ("keys_migrate", "migrate")] == [True, False]
    assert [allows(db, "tenancy", "job") for db in ("keys_migrate", "migrate")] == [False, True]
    assert allows("keys_migrate", "tenancy", keys_database=True)


def test_a_second_switch_is_refused_by_the_row_itself(clinic):
    versions.switch_off(clinic.id)
    with pytest.raises(versions.KeyNotChanged, match="off already"):
        versions.switch_off(clinic.id)
    assert versions.are_off(clinic.id)


def test_a_row_is_called_by_its_id_and_nothing_else(clinic):
    rows = (
        clinic,
        services.start_job(kind="import", started_by="nurse"),
        WrappedKey.objects.filter(tenant=clinic.id).first(),
        ErasureOrder(tenant=clinic.id, contact=clinic.id, record_token=b"x"),
    )
    assert [str(row) for row in rows] == [str(row.id) for row in rows]
    orders = (KeyRing(tenant=clinic.id), DestructionOrder(tenant=clinic.id))
    assert [str(row) for row in orders] == [str(clinic.id)] * 2


def test_a_migration_does_not_learn_that_a_reference_has_no_constraint_of_django():
    field = TenantForeignKey("tenancy.Job", models.PROTECT)
    *_, options = field.deconstruct()
    assert (field.db_constraint, "db_constraint" in options) == (False, False)
    assert options["to"] == "tenancy.job"


def test_nothing_to_remove_is_no_question_to_the_database(clinic, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert remove(Job, []) == 0


def test_a_connection_whose_time_is_over_is_not_begun():
    over = time.monotonic() - 1
    with pytest.raises(TimeoutError):
        TimedSocket.connect(
            ("127.0.0.1", 9),
            ssl.create_default_context(),
            "x",
            patience=1,
            deadline=over,
            most_bytes=1,
        )


def test_a_claim_is_signed_over_its_text_with_the_newest_key(clinic):
    key = keyring.context_key()
    mac = hmac.digest(key.key, f"{key.number}|destroy|x".encode(), "sha256")
    assert context.claim("destroy|x") == (key.number, mac)
