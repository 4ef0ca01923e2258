"""The signed tenant context: what the database accepts, and for how long."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from django.db import connection, connections, transaction

from tenancy import clock, context, context_keys, keyring, services, versions
from tenancy.errors import TenantContextExpired
from tenancy.keyring import ContextKey
from tenancy.models import Job, KeyRing, WrappedKey
from tenancy.scope import PLATFORM_TENANT_ID, tenant_scope
from tests.waiting import until

MAC = r"[0-9a-f]{64}"


def start_job(tenant):
    with tenant_scope(tenant.id):
        return services.start_job(kind="import", started_by="nurse")


def read_with(text):
    """What a session of the runtime role sees that sets its context itself; or why it is refused."""
    with psycopg.connect(**connection.get_connection_params()) as raw:
        raw.execute("SELECT set_config('sealpost.context', %s, true)", [text])
        try:
            return raw.execute("SELECT id FROM tenancy_job").fetchall()
        except psycopg.Error as refused:
            return refused.sqlstate


def token_for(tenant, *, expires=None, key=None):
    expires = expires or int(time.time()) + 60
    key = key or keyring.context_key()
    return context.signed(f"{key.number}|{tenant.id}|{expires}", key)


def test_a_signed_context_opens_the_rows_of_its_tenant_alone(clinic, other_clinic):
    """The control: what the refusals below lack is the signature, nothing else."""
    mine = start_job(clinic)
    start_job(other_clinic)
    assert read_with(token_for(clinic)) == [(mine.id,)]


@pytest.mark.parametrize(
    ("kind", "sqlstate"),
    [
        ("empty", "SP001"),
        ("the tenant alone", "SP001"),
        ("unsigned", "SP001"),
        ("signed by another key", "SP001"),
        ("with the mac of our own context", "SP001"),
        ("with a later expiry", "SP001"),
        ("of a key that is not known", "SP001"),
        ("expired", "SP002"),
        ("older than any clock", "SP002"),
    ],
)
def test_an_injected_context_reads_nothing_and_raises(clinic, other_clinic, kind, sqlstate):
    start_job(other_clinic)
    number = keyring.context_key().number
    mine, theirs = token_for(clinic), token_for(other_clinic)
    past = int(time.time()) - 1
    injected = {
        "empty": "",
        "the tenant alone": str(other_clinic.id),
        "unsigned": f"{theirs.rpartition('|')[0]}|{'0' * 64}",
        "signed by another key": token_for(other_clinic, key=ContextKey(number, b"x" * 32)),
        "with the mac of our own context": mine.replace(str(clinic.id), str(other_clinic.id)),
        "with a later expiry": theirs.replace(theirs.split("|")[2], "9999999999"),
        "of a key that is not known": token_for(other_clinic, key=ContextKey(9999, b"x" * 32)),
        "expired": token_for(other_clinic, expires=past),
        "older than any clock": token_for(other_clinic, expires=1),
    }
    assert read_with(injected[kind]) == sqlstate
    assert read_with(theirs) != []  # the row was there to be read


def test_a_transaction_that_outlives_its_context_raises_in_python(clinic):
    start_job(clinic)
    with transaction.atomic():
        assert Job.objects.count() == 1
        connection.context_expires = int(time.time()) - 1
        with pytest.raises(TenantContextExpired):
            Job.objects.count()
        transaction.set_rollback(True)
    assert Job.objects.count() == 1


def test_the_database_raises_when_a_context_expires_under_way(clinic):
    start_job(clinic)
    with psycopg.connect(**connection.get_connection_params()) as raw:
        short = token_for(clinic, expires=int(time.time()) + 2)
        raw.execute("SELECT set_config('sealpost.context', %s, true)", [short])
        assert raw.execute("SELECT count(*) FROM tenancy_job").fetchone() == (1,)
        time.sleep(3.1)
        with pytest.raises(psycopg.Error) as refused:
            raw.execute("SELECT count(*) FROM tenancy_job")
    assert refused.value.sqlstate == "SP002"


def test_another_session_of_the_role_sees_the_statement_and_never_the_context(clinic):
    def work():
        try:
            with tenant_scope(clinic.id), connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(1), count(*) FROM tenancy_job /* watched */")
        finally:
            connections.close_all()

    def at_work(watcher):
        watcher.rollback()
        return watcher.execute(
            "SELECT query FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() "
            "AND query LIKE '%watched%'"
        ).fetchall()

    with psycopg.connect(**connection.get_connection_params()) as watcher:
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(work)
            assert len(until(lambda: at_work(watcher), seconds=5)) == 1
            running.result()
        with transaction.atomic():
            # Nothing ran since: the last statement of this session is the one that set the context.
            assert set(seen(watcher, "set_config")) == {context_statement()}
    assert not any(character.isdigit() for character in context_statement().replace("$1", ""))


def seen(watcher, word):
    """Every statement with `word` that the role may see; none anywhere holds a signature."""
    watcher.rollback()
    rows = watcher.execute(
        "SELECT query, query ~ %s FROM pg_stat_activity WHERE usename = current_user "
        "AND pid <> pg_backend_pid()",
        [MAC],
    ).fetchall()
    assert [query for query, has_mac in rows if has_mac] == []
    return [query for query, _ in rows if word in query]


def context_statement():
    return "SELECT set_config('sealpost.context', $1, true)"


def test_two_keys_are_valid_while_one_follows_the_other(clinic):
    mine = start_job(clinic)
    older, number = token_for(clinic), keyring.context_key().number
    assert context_keys.rotate() == number + 1
    assert keyring.context_key().number == number + 1
    assert read_with(older) == read_with(token_for(clinic)) == [(mine.id,)]
    with pytest.raises(versions.KeyNotChanged, match="Retire it in 20 min"):
        context_keys.retire()
    assert read_with(older) == [(mine.id,)]


def test_a_retired_key_signs_nothing_any_more(clinic):
    mine = start_job(clinic)
    key = keyring.context_key()
    older = token_for(clinic)
    context_keys.rotate()
    with clock.at(clock.now() + timedelta(minutes=21)):
        assert key.number in context_keys.retire()
    assert read_with(older) == "SP001"
    assert read_with(token_for(clinic)) == [(mine.id,)]
    assert key.number not in keyring.context_keys()
    # Other processes of this run have heard of it as well before the next test.
    time.sleep(keyring.LOOK_AGAIN_SECONDS)


def test_a_restored_main_database_learns_the_keys_again(clinic):
    mine = start_job(clinic)
    with connections["migrate"].cursor() as cursor:
        cursor.execute("DELETE FROM kernel.context_key")
    assert read_with(token_for(clinic)) == "SP001"
    context_keys.provision()
    assert read_with(token_for(clinic)) == [(mine.id,)]


def test_the_runtime_role_cannot_read_or_install_a_context_key(clinic):
    for statement in (
        "SELECT * FROM kernel.context_key",
        "SELECT kernel.install_context_key(1::smallint, ''::bytea, ''::bytea)",
        "SELECT kernel.is_signed(1::smallint, '', ''::bytea)",
    ):
        with psycopg.connect(**connection.get_connection_params()) as raw:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                raw.execute(statement)


def test_a_context_lives_for_10_to_15_minutes_and_is_renewed_every_5(clinic):
    before = int(time.time())
    expires = context.token(clinic.id).expires
    assert expires in {at // 300 * 300 + 900 for at in (before, int(time.time()))}


@contextmanager
def undone():
    """Other tests of this database never see what becomes of its context keys in here."""
    try:
        with transaction.atomic("migrate"), transaction.atomic("keys_migrate"):
            yield WrappedKey.objects.using("keys_migrate")
            for alias in ("migrate", "keys_migrate"):
                transaction.set_rollback(True, alias)
    finally:
        keyring.forget()


def test_a_context_key_follows_the_last_one_and_leaves_other_keys_alone(clinic):
    moment, number = clock.now(), keyring.context_key().number
    with undone() as stored:
        # A stray one, of somebody who must not have any.
        versions._store(clinic.id, "context", 1, bytes(32), using="keys_migrate")
        ours = {"tenant": PLATFORM_TENANT_ID, "purpose": "context"}
        others = stored.exclude(**ours).order_by("pk").values_list("pk", "state", "retired_at")
        ring = KeyRing.objects.using("keys_migrate").filter(pk=PLATFORM_TENANT_ID)
        before, changes = list(others), ring.get().changes
        for days in (0, 1):
            with clock.at(moment + timedelta(days=days)):
                context_keys.rotate()
        newest = stored.filter(**ours, version__gte=number).order_by("version")
        assert list(newest.values_list("version", "state", "retired_at")) == [
            (number, "decrypt_only", moment),
            (number + 1, "decrypt_only", moment + timedelta(days=1)),
            (number + 2, "active", None),
        ]
        assert (list(others.all()), ring.get().changes) == (before, changes + 2)


def test_the_highest_number_can_be_used():
    with undone(), connections["migrate"].cursor() as cursor:
        cursor.execute("INSERT INTO kernel.context_key VALUES (9998, '', '')")
        assert context_keys.rotate() == 9999


def test_older_keys_can_be_retired_from_that_moment_on():
    with undone() as stored, connections["migrate"].cursor() as cursor:
        context_keys.rotate()
        ours = stored.filter(tenant=PLATFORM_TENANT_ID, purpose="context", wrapped__isnull=False)
        *older, newest = ours.order_by("version")
        cursor.execute("SELECT kid FROM kernel.context_key ORDER BY kid")
        *known, last = [number for (number,) in cursor.fetchall()]
        assert (last, {key.version for key in older} - {*known}) == (newest.version, set())
        moment = newest.created_at + timedelta(seconds=keyring.CACHE_SECONDS + 900)
        with clock.at(moment):
            assert context_keys.retire() == known
        assert list(ours.all()) == [newest]
        ended = stored.filter(pk__in=[key.pk for key in older])
        assert set(ended.values_list("state", "destroyed_at")) == {("destroyed", moment)}


def test_a_token_is_made_once_for_its_time():
    key = ContextKey(7, b"x" * 32)
    tenant = PLATFORM_TENANT_ID
    assert context._token(tenant, 1, key) is context._token(tenant, 1, key)
    assert context._token(tenant, 2, key).expires == context._token(tenant, 1, key).expires + 300
