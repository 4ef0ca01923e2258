from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection, connections, transaction
from django.db.utils import Error, ProgrammingError

from tenancy import services
from tenancy.errors import TenantContextChanged, TenantContextMissing
from tenancy.models import Job
from tenancy.scope import tenant_scope


def start_job(tenant):
    with tenant_scope(tenant.id):
        return services.start_job(kind="import", started_by="nurse")


def test_shows_only_rows_of_the_tenant_in_scope(clinic, other_clinic):
    mine, theirs = start_job(clinic), start_job(other_clinic)
    assert list(Job.objects.values_list("id", flat=True)) == [mine.id]
    assert not Job.objects.filter(pk=theirs.id).exists()
    with tenant_scope(other_clinic.id):
        assert Job.objects.get().id == theirs.id


def test_raises_without_a_scope():
    with pytest.raises(TenantContextMissing):
        Job.objects.count()
    with pytest.raises(TenantContextMissing), connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def test_database_raises_for_raw_sql_that_slips_past_django(clinic):
    start_job(clinic)
    with psycopg.connect(**connection.get_connection_params()) as raw:
        with pytest.raises(psycopg.Error) as refused:
            raw.execute("SELECT count(*) FROM tenancy_job")
    assert refused.value.sqlstate == "SP001"


@pytest.mark.parametrize(
    "forged", ["", "1|{id}|9999999999|" + "0" * 64, "1|{id}|1|" + "0" * 64, "garbage", "{id}"]
)
def test_database_refuses_a_forged_context(clinic, other_clinic, forged):
    start_job(other_clinic)
    with psycopg.connect(**connection.get_connection_params()) as raw, pytest.raises(psycopg.Error):
        raw.execute(
            "SELECT set_config('sealpost.context', %s, true)", [forged.format(id=other_clinic.id)]
        )
        raw.execute("SELECT count(*) FROM tenancy_job")


def test_injected_context_reads_nothing_of_another_tenant(clinic, other_clinic):
    start_job(other_clinic)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('sealpost.context', replace(current_setting('sealpost.context'), "
            "%s, %s), true)",
            [str(clinic.id), str(other_clinic.id)],
        )
        with pytest.raises(Error) as refused:
            cursor.execute("SELECT count(*) FROM tenancy_job")
        transaction.set_rollback(True)
    assert refused.value.__cause__.sqlstate == "SP001"


def test_refuses_to_change_tenant_inside_a_transaction(clinic, other_clinic):
    with transaction.atomic():
        Job.objects.count()
        with tenant_scope(other_clinic.id), pytest.raises(TenantContextChanged):
            Job.objects.count()
        transaction.set_rollback(True)


def test_refuses_a_row_for_another_tenant(clinic, other_clinic):
    with pytest.raises(ProgrammingError, match="row-level security"):
        Job.objects.create(tenant_id=other_clinic.id, kind="import", started_by="nurse")
    with tenant_scope(other_clinic.id):
        assert Job.objects.count() == 0


def test_scope_holds_on_commit_in_savepoints_and_in_streams(clinic):
    start_job(clinic)
    counts = []
    with transaction.atomic():
        transaction.on_commit(lambda: counts.append(Job.objects.count()))
        with transaction.atomic():
            counts.append(Job.objects.count())
    counts.append(sum(1 for _ in Job.objects.iterator()))
    assert counts == [1, 1, 1]


def test_threads_do_not_inherit_a_scope(clinic):
    def count():
        try:
            return Job.objects.count()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool, pytest.raises(TenantContextMissing):
        pool.submit(count).result()


def test_context_never_shows_in_pg_stat_activity(clinic):
    with transaction.atomic():
        Job.objects.count()
        with psycopg.connect(**connection.get_connection_params()) as watcher:
            queries = [row[0] for row in watcher.execute("SELECT query FROM pg_stat_activity")]
    assert any("tenancy_job" in query for query in queries)  # the watcher does see our statements
    assert not any(str(clinic.id) in query and "set_config" in query for query in queries)


def test_runtime_role_is_an_ordinary_user(clinic):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("sealpost_runtime", False, False)


def test_refuses_to_change_tenant_in_a_transaction_that_nobody_marked(clinic, other_clinic):
    connection.set_autocommit(False)
    try:
        assert Job.objects.count() == 0
        with tenant_scope(other_clinic.id), pytest.raises(TenantContextChanged):
            Job.objects.count()
    finally:
        connection.rollback()
        connection.set_autocommit(True)


def test_a_new_connection_works_for_nobody_and_has_no_time():
    new = connections.create_connection("default")
    assert (new.transaction_tenant_id, new.context_expires) == (None, 0)
