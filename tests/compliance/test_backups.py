"""Backing up and restoring real databases, as the commands do it."""

import os
import secrets

import psycopg
import pytest
from psycopg import sql

from audit import sequencing
from audit import services as audit
from audit.services import SYSTEM
from compliance.backups import restoring, writing
from compliance.backups.chunks import BackupRefused
from compliance.models import Ending
from compliance.services import destruction, ending
from contacts.models import Contact, ImportProblem, ImportRun
from contacts.services.erasing import erase
from tenancy import clock
from tenancy.keyring import current_keys
from tenancy.scope import tenant_scope
from tests.compliance.databases import (
    KEY,
    KEYS_KEY,
    WORKER,
    amount,
    at,
    drop,
    here,
    look,
    manage,
)
from tests.conftest import make_tenant
from tests.factories.compliance import agreement_in_force
from tests.factories.contacts import make_contact

MARKER = "Zyxomarkfield"
NEW_MAIN, NEW_KEYS, LATER = (f"{name}_{WORKER}" for name in ("restored", "restored_keys", "later"))
NOTHING = {"main": f"nothing_{WORKER}", "keys": f"nothing_keys_{WORKER}"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("backups")


def leave_out(*addresses):
    """A file whose rows about these addresses were not taken."""
    run = ImportRun.objects.create(file_name="people.csv", started_by_id="m", started_by_name="M")
    for line, address in enumerate(addresses, 2):
        ImportProblem.objects.create(run=run, line=line, code="date", detail={"cells": [address]})


@pytest.fixture(scope="module")
def clinic_of_marker(_database):
    tenant = make_tenant(f"{MARKER} Clinic")
    with tenant_scope(tenant.id):
        agreement_in_force()
        make_contact(external_id="EV-1", given_name=MARKER, email="marked@postbox.example")
        make_contact(external_id="EV-2", given_name="Other", email="other@postbox.example")
        leave_out("marked@postbox.example", "other@postbox.example")
        audit.record("backup.rehearsed", actor=SYSTEM)
        index = bytes(current_keys().blind_index("contact.email", "marked@postbox.example"))
    sequencing.sequence()
    return tenant, index


@pytest.fixture(scope="module")
def leaving_clinic(_database):
    """One that is destroyed after the backup."""
    tenant = make_tenant("Harbor Dental")
    with tenant_scope(tenant.pk):
        agreement_in_force()
        make_contact(external_id="EV-9", given_name="Leaver")
    return tenant


@pytest.fixture(scope="module")
def taken(folder, clinic_of_marker, leaving_clinic):
    """What was there at the moment of the backup, and its two files."""
    before = amount(here("default"))
    done = manage(folder, "backup", folder, main=here("default"), keys=here("keys"))
    assert done.returncode == 0, done.stderr
    (main,) = folder.glob("*.main.sealpost")
    (keys,) = folder.glob("*.keys.sealpost")
    return before, main, keys


@pytest.fixture(scope="module")
def restored(folder, taken):
    drop(NEW_MAIN, NEW_KEYS)
    _, main, keys = taken
    made = manage(folder, "bootstrap_database", main=NEW_MAIN, keys=NEW_KEYS)
    assert made.returncode == 0, made.stderr
    yield manage(folder, "restore", main, keys, main=NEW_MAIN, keys=NEW_KEYS)
    drop(NEW_MAIN, NEW_KEYS)


def test_a_restored_database_amounts_to_the_same(taken, restored):
    (rows, trees), _, _ = taken
    assert restored.returncode == 0, restored.stderr
    total = sum(rows.values())
    assert restored.stdout.startswith(
        f"It holds: {total} rows in {len(rows)} tables and {len(trees)} audit trees were as at "
    )
    assert amount(NEW_MAIN) == (rows, trees)
    assert rows["contacts_contact"] >= 2
    assert trees


def test_the_restored_service_reads_what_was_sealed(clinic_of_marker, restored, folder):
    tenant, _ = clinic_of_marker
    seen = manage(
        folder, "shell", "-v0", "-c",
        "from tenancy.scope import tenant_scope; from contacts.models import Contact\n"
        f"with tenant_scope(__import__('uuid').UUID('{tenant.pk}')):\n"
        "    print(sorted(c.identity['given_name'] for c in Contact.objects.all()))",
        main=NEW_MAIN, keys=NEW_KEYS,
    )  # fmt: skip
    assert seen.stdout == f"['Other', '{MARKER}']\n", seen.stderr


def test_restored_evidence_is_append_only_again(restored):
    url = at(os.environ["ADMIN_DATABASE_URL"], NEW_MAIN)
    with psycopg.connect(url) as admin, pytest.raises(psycopg.errors.RestrictViolation):
        admin.execute("DELETE FROM audit_auditevent")


def test_refuses_to_restore_over_data(taken, restored, folder):
    _, main, keys = taken
    before = amount(NEW_MAIN)
    again = manage(folder, "restore", main, keys, main=NEW_MAIN, keys=NEW_KEYS)
    assert again.returncode == 1
    assert "There are tables already. Restore into an empty database." in again.stderr
    assert amount(NEW_MAIN) == before


def test_nobody_reads_the_files(taken, clinic_of_marker):
    """The positive control reads the same name in an unsealed copy of the same table."""
    _, main, keys = taken
    with (
        psycopg.connect(os.environ["BACKUP_DATABASE_URL"], dbname=here("default")) as connection,
        connection.cursor().copy("COPY tenancy_tenant TO STDOUT") as rows,
    ):
        unsealed = b"".join(bytes(row) for row in rows)
    wrapped = look(here("keys"), "SELECT wrapped FROM tenancy_wrappedkey WHERE wrapped IS NOT NULL")
    assert MARKER.encode() in unsealed
    for path in (main, keys):
        data = path.read_bytes()
        assert MARKER.encode() not in data
        assert not any(row[0] in data for row in wrapped)
        assert path.stat().st_mode & 0o777 == 0o600


def test_the_backup_role_changes_nothing(taken):
    with (
        psycopg.connect(os.environ["BACKUP_DATABASE_URL"], dbname=here("default")) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("DELETE FROM contacts_contact")


def test_the_wrong_key_and_a_changed_byte_change_nothing(taken, folder, tmp_path):
    _, main, keys = taken
    names = NOTHING
    drop(*names.values())
    assert manage(folder, "bootstrap_database", **names).returncode == 0
    wrong = tmp_path / "wrong"
    wrong.write_text(secrets.token_hex(32))
    changed = tmp_path / "changed"
    data = bytearray(main.read_bytes())
    data[len(data) // 2] ^= 1
    changed.write_bytes(data)
    refused = manage(folder, "restore", main, keys, **names, BACKUP_KEY_FILE=str(wrong))
    broken = manage(folder, "restore", changed, keys, **names)
    left = [amount_of_tables(name) for name in names.values()]
    drop(*names.values())
    assert "Nothing was opened. Another key sealed this backup." in refused.stderr
    assert "is not as it was written." in broken.stderr
    assert left == [0, 0]


def amount_of_tables(database):
    return look(
        database, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    )[0][0]


def test_the_keys_are_not_sealed_with_the_key_of_the_rows(taken):
    _, _, keys = taken
    with pytest.raises(BackupRefused, match="Another key"):
        restoring.check(keys, key=bytes.fromhex(KEY), purpose=writing.KEYS)
    manifest = restoring.check(keys, key=bytes.fromhex(KEYS_KEY), purpose=writing.KEYS)
    assert set(manifest.rows) == {
        "tenancy_destructionorder", "tenancy_erasureorder", "tenancy_keyring", "tenancy_wrappedkey",
    }  # fmt: skip


def test_whoever_was_erased_since_does_not_come_back(taken, clinic_of_marker, folder):
    """The rows are of before; the keys database, still there, says who had to go."""
    tenant, index = clinic_of_marker
    (rows, trees), main, _ = taken
    with tenant_scope(tenant.pk):
        ada = Contact.objects.get(email_index=index)
        erase(ada, reason="Asked in writing, case 12", actor=SYSTEM)
    drop(LATER)
    names = {"main": LATER, "keys": here("keys")}
    assert manage(folder, "bootstrap_database", **names).returncode == 0
    done = manage(folder, "restore", main, **names)
    by_index = look(names["main"], "SELECT id FROM contacts_contact WHERE email_index = %s", index)
    by_id = look(names["main"], "SELECT id FROM contacts_contact WHERE id = %s", ada.pk)
    of_files = "SELECT line FROM contacts_importproblem WHERE tenant_id = %s"
    left_out = look(names["main"], of_files, tenant.pk)
    others = amount(names["main"])
    drop(LATER)
    assert done.returncode == 0, done.stderr
    assert "; 1 people erased since are erased again; 0 workspaces destroyed since" in done.stdout
    assert (by_index, by_id) == ([], [])
    assert left_out == [(3,)]  # of somebody else
    fewer = {name: rows[name] - 1 for name in ("contacts_contact", "contacts_importproblem")}
    assert others == (rows | fewer, trees)


def rows_of(tenant, table):
    query = sql.SQL("SELECT count(*) FROM {} WHERE tenant_id = %s").format(table)
    return look(LATER, query, tenant)[0][0]


def test_a_workspace_destroyed_since_is_destroyed_again(taken, leaving_clinic, folder):
    tenant = leaving_clinic.pk
    _, main, _ = taken
    with tenant_scope(tenant):
        asked = Ending(asker_kind="user", asked_by="a", asked_by_name="A", reason="Closing")
        decided = ending.decide(asked, decided_by=SYSTEM)
    with clock.at(decided.destroy_at):
        destruction.work_on(tenant)
    drop(LATER)
    names = {"main": LATER, "keys": here("keys")}
    assert manage(folder, "bootstrap_database", **names).returncode == 0
    done = manage(folder, "restore", main, **names)
    assert done.returncode == 0, done.stderr
    of_it = {
        table: rows_of(tenant, sql.Identifier(table))
        for table in ("contacts_contact", "accounts_membership", "compliance_agreement")
    }
    status = look(LATER, "SELECT status FROM tenancy_tenant WHERE id = %s", tenant)
    keys = look(here("keys"), "SELECT wrapped FROM tenancy_wrappedkey WHERE tenant = %s", tenant)
    others = look(LATER, "SELECT count(*) FROM contacts_contact WHERE tenant_id <> %s", tenant)
    drop(LATER)
    assert "; 1 workspaces destroyed since are destroyed again; every table has" in done.stdout
    assert of_it == {"contacts_contact": 0, "accounts_membership": 0, "compliance_agreement": 1}
    assert status == [("destroyed",)]
    assert keys == [(None,), (None,)]
    assert others[0][0] >= 1
