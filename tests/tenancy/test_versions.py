"""The life of wrapped keys, and what other processes see of it."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections

from tenancy import clock, keyring, kms, versions
from tenancy.ids import uuid7
from tenancy.keyring import KeysSwitchedOff, KeyUnavailable, current_keys, keys_of
from tenancy.models import KeyRing, WrappedKey
from tenancy.scope import PLATFORM_TENANT_ID
from tenancy.sealing import derive
from tests.security.witness import is_waited_for, superuser
from tests.waiting import until

PLACE = {"table": "contacts_contact", "column": "identity"}


def stored(tenant, purpose="seal"):
    return WrappedKey.objects.filter(tenant=tenant.id, purpose=purpose).order_by("version")


def test_a_workspace_begins_with_one_key_to_seal_and_one_to_derive(clinic):
    versions.create_keys(clinic.id)  # repeat-safe
    assert list(
        WrappedKey.objects.filter(tenant=clinic.id)
        .order_by("purpose")
        .values_list("purpose", "version", "state")
    ) == [("derive", 1, "active"), ("seal", 1, "active")]


def test_one_version_seals_and_the_older_ones_open(clinic):
    assert [versions.add_version(clinic.id), versions.add_version(clinic.id)] == [2, 3]
    assert list(stored(clinic).values_list("version", "state")) == [
        (1, "decrypt_only"),
        (2, "decrypt_only"),
        (3, "active"),
    ]
    assert current_keys().newest == 3


def test_two_active_versions_are_refused_by_the_database(clinic):
    versions.add_version(clinic.id)
    with pytest.raises(IntegrityError, match="wrapped_key_active_once_per_purpose"):
        stored(clinic).update(state="active")


def test_a_newer_version_changes_the_active_one_and_nothing_else(clinic):
    others = WrappedKey.objects.exclude(tenant=clinic.id, purpose="seal").order_by("pk")
    before = list(others.values_list("pk", "state", "retired_at"))
    moment = clock.now()
    with clock.at(moment):
        versions.add_version(clinic.id)
    versions.destroy(stored(clinic).get(version=1))
    with clock.at(moment + timedelta(days=1)):
        versions.add_version(clinic.id)
    assert list(stored(clinic).values_list("version", "state", "retired_at")) == [
        (1, "destroyed", moment),
        (2, "decrypt_only", moment + timedelta(days=1)),
        (3, "active", None),
    ]
    assert list(others.values_list("pk", "state", "retired_at")) == before


def test_a_workspace_whose_making_broke_off_begins_with_version_one():
    ring = KeyRing.objects.create(tenant=uuid7())
    assert versions.add_version(ring.tenant) == 1
    assert WrappedKey.objects.get(tenant=ring.tenant).version == 1


def test_each_change_is_counted_once(clinic):
    acts = (
        (versions.add_version, clinic.id),
        (versions.destroy, stored(clinic).get()),
        (versions.switch_off, clinic.id),
        (versions.switch_on, clinic.id),
        (versions.destroy_all, clinic.id),
    )
    before = KeyRing.objects.get(pk=clinic.id).changes
    for number, (change, whose) in enumerate(acts, 1):
        change(whose)
        assert KeyRing.objects.get(pk=clinic.id).changes == before + number


def test_of_two_changes_at_once_each_is_counted(clinic):
    """The second waits: else it would write the same count, and a process would miss one of them."""

    def change():
        try:
            versions.add_version(clinic.id)
        finally:
            connections.close_all()

    before = KeyRing.objects.get(pk=clinic.id).changes
    with superuser("keys") as admin, ThreadPoolExecutor(1) as pool:
        with admin.transaction():
            admin.execute(
                "UPDATE tenancy_keyring SET changes = changes + 1 WHERE tenant = %s", [clinic.id]
            )
            second = pool.submit(change)
            until(lambda: is_waited_for(admin), seconds=5)
        second.result()
    assert KeyRing.objects.get(pk=clinic.id).changes == before + 2


def test_all_keys_of_a_workspace_end_and_nobody_elses(clinic, other_clinic):
    moment = clock.now()
    versions.add_version(clinic.id)
    with clock.at(moment):
        versions.destroy_all(clinic.id)
    with clock.at(moment + timedelta(days=1)):
        versions.destroy_all(clinic.id)  # repeat-safe
    ended = WrappedKey.objects.filter(tenant=clinic.id)
    assert (
        list(ended.values_list("state", "wrapped", "destroyed_at"))
        == [("destroyed", None, moment)] * 3
    )
    with pytest.raises(KeyUnavailable):
        current_keys()
    assert keys_of(other_clinic.id).newest == 1


def test_a_destroyed_version_keeps_nothing(clinic):
    row = uuid7()
    old = current_keys().seal(b"Ada", row=row, **PLACE)
    versions.add_version(clinic.id)
    index = current_keys().blind_index("contact.email", "ada@harbormail.example")
    versions.destroy(stored(clinic).get(version=1))
    gone = stored(clinic).get(version=1)
    assert (gone.wrapped, gone.state) == (None, "destroyed")
    with pytest.raises(keyring.SealBroken):
        current_keys().unseal(old, row=row, **PLACE)
    assert current_keys().blind_index("contact.email", "ada@harbormail.example") == index


def test_a_workspace_of_before_keeps_its_fingerprints_and_links(clinic):
    """It derived from its first version: that one becomes the derivation key, under its own name."""
    first = stored(clinic).get()
    context = keyring.kms_context(clinic.id, "seal", 1)
    key = kms.current().unwrap(bytes(first.wrapped), context=context)
    stored(clinic, "derive").using("keys_migrate").delete()
    keyring.forget()
    with pytest.raises(KeyUnavailable):
        current_keys()
    versions.part_derivation_keys(using="keys_migrate")
    versions.part_derivation_keys(using="keys_migrate")  # repeat-safe
    assert current_keys().derive("unsubscribe") == derive(key, "unsubscribe")
    parted = stored(clinic, "derive").get()
    assert (parted.version, parted.wrapped == first.wrapped) == (1, False)


def test_nothing_but_the_first_sealing_key_becomes_the_derivation_key(clinic):
    """Whose first key is gone has lost what was derived from it: no other one may stand in."""
    versions.add_version(clinic.id)
    versions.destroy(stored(clinic).get(version=1))
    versions._store(clinic.id, "context", 1, bytes(32), using=keyring.DATABASE)
    stored(clinic, "derive").using("keys_migrate").delete()
    versions.part_derivation_keys(using="keys_migrate")
    assert stored(clinic, "derive").count() == 0


def test_switched_off_keys_neither_open_nor_seal_until_they_are_on(clinic, other_clinic):
    sealed = current_keys().seal(b"Ada", row=clinic.id, **PLACE)
    assert not versions.are_off(clinic.id)
    versions.switch_off(clinic.id)
    assert [versions.are_off(tenant.id) for tenant in (clinic, other_clinic)] == [True, False]
    with pytest.raises(KeysSwitchedOff, match="switched the keys of this workspace off"):
        current_keys()
    assert list(keyring.usable([clinic.id, other_clinic.id])) == [other_clinic.id]
    versions.switch_on(clinic.id)
    assert current_keys().unseal(sealed, row=clinic.id, **PLACE) == b"Ada"


def test_refuses_what_would_change_nothing(clinic):
    with pytest.raises(versions.KeyNotChanged, match="on already"):
        versions.switch_on(clinic.id)
    versions.switch_off(clinic.id)
    changes = KeyRing.objects.get(pk=clinic.id).changes
    with pytest.raises(versions.KeyNotChanged, match="off already"):
        versions.switch_off(clinic.id)
    with pytest.raises(versions.KeyNotChanged, match="Switch them on first"):
        versions.add_version(clinic.id)
    assert KeyRing.objects.get(pk=clinic.id).changes == changes
    assert stored(clinic).count() == 1


def test_refuses_to_switch_the_platform_off():
    with pytest.raises(versions.KeyNotChanged, match="nobody could sign in"):
        versions.switch_off(PLATFORM_TENANT_ID)
    assert keys_of(PLATFORM_TENANT_ID).newest >= 1


def test_a_tenant_without_a_ring_has_no_key():
    with pytest.raises(KeyUnavailable, match="no usable key"):
        keys_of(uuid7())


@pytest.fixture
def new_root(settings, tmp_path):
    """The root key is exchanged for the length of the test; everything goes back afterwards."""
    old = settings.KMS_ROOT_KEY_FILE
    fresh = tmp_path / "root"
    fresh.write_text(os.urandom(32).hex())

    def become(current, previous):
        settings.KMS_ROOT_KEY_FILE, settings.KMS_PREVIOUS_ROOT_KEY_FILE = (
            str(current),
            str(previous),
        )
        kms.current.cache_clear()
        keyring.forget()

    become(fresh, old)
    yield lambda: become(fresh, "")
    become(old, fresh)
    while versions.rewrap():
        pass
    become(old, "")


def test_the_root_key_is_exchanged_under_all_wrapped_keys(clinic, new_root):
    sealed = current_keys().seal(b"Ada", row=clinic.id, **PLACE)  # the previous root still unwraps
    waiting = versions.under_other_roots().count()
    assert waiting >= 4  # the platform's three and the clinic's two, at least
    with pytest.raises(kms.RootKeyUnknown):
        without = kms.LocalFileKms()
        without._ciphers = without._ciphers[:1]
        row = versions.under_other_roots()[0]
        without.unwrap(
            bytes(row.wrapped),
            context=keyring.kms_context(row.tenant, row.purpose, row.version),
        )
    rewrapped = 0
    while step := versions.rewrap(limit=2):
        assert step <= 2
        rewrapped += step
    assert (rewrapped, versions.under_other_roots().count()) == (waiting, 0)
    new_root()  # the previous root is gone
    assert current_keys().unseal(sealed, row=clinic.id, **PLACE) == b"Ada"
    assert set(WrappedKey.objects.exclude(wrapped=None).values_list("root", flat=True)) == {
        kms.current().root
    }


def test_a_key_that_is_destroyed_while_it_is_wrapped_anew_does_not_come_back(
    clinic, new_root, monkeypatch
):
    versions.add_version(clinic.id)
    doomed = stored(clinic).get(version=1)

    class Slow(kms.LocalFileKms):
        def wrap(self, key, *, context):
            if context == keyring.kms_context(clinic.id, "seal", 1):
                versions.destroy(doomed)
            return super().wrap(key, context=context)

    slow = Slow()
    waiting = versions.under_other_roots().count()
    with monkeypatch.context() as door:
        door.setattr(kms, "current", lambda: slow)
        assert sum(iter(versions.rewrap, 0)) == waiting - 1
    kept = stored(clinic).get(version=1)
    assert (kept.state, kept.wrapped, kept.root) == ("destroyed", None, doomed.root)
    assert (versions.under_other_roots().count(), versions.rewrap()) == (0, 0)
