import os
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from django.db import OperationalError, connection, connections

from tenancy import clock, keyring, services, versions
from tenancy.fields import Sealed
from tenancy.ids import uuid7
from tenancy.keyring import KeysSwitchedOff, KeyUnavailable, SealBroken, current_keys, keys_of
from tenancy.models import SystemMail, WrappedKey
from tenancy.scope import tenant_scope
from tenancy.sealing import TenantKeys, version_of

PLACE = {"table": "contacts_contact", "column": "identity"}


def test_opens_what_it_sealed(clinic):
    row = uuid7()
    sealed = current_keys().seal(b"Ada", row=row, **PLACE)
    assert b"Ada" not in sealed
    assert current_keys().unseal(sealed, row=row, **PLACE) == b"Ada"


@pytest.mark.parametrize(
    "elsewhere", [{"row": uuid7()}, {"column": "attributes"}, {"table": "contacts_consent"}]
)
def test_a_value_moved_elsewhere_does_not_open(clinic, elsewhere):
    place = {**PLACE, "row": uuid7()}
    sealed = current_keys().seal(b"Ada", **place)
    with pytest.raises(SealBroken):
        current_keys().unseal(sealed, **{**place, **elsewhere})


def test_another_tenant_cannot_open_it(clinic, other_clinic):
    place = {**PLACE, "row": uuid7()}
    sealed = current_keys().seal(b"Ada", **place)
    with pytest.raises(SealBroken):
        keys_of(other_clinic.id).unseal(sealed, **place)


def test_one_changed_bit_does_not_open(clinic):
    place = {**PLACE, "row": uuid7()}
    sealed = bytearray(current_keys().seal(b"Ada", **place))
    sealed[-1] ^= 1
    with pytest.raises(SealBroken):
        current_keys().unseal(bytes(sealed), **place)


def test_every_version_opens_and_the_newest_seals(clinic):
    place = {**PLACE, "row": uuid7()}
    old = current_keys().seal(b"Ada", **place)
    index = current_keys().blind_index("contact.email", "ada@harbormail.example")
    assert versions.add_version(clinic.id) == 2
    assert current_keys().unseal(old, **place) == b"Ada"
    assert current_keys().seal(b"Ada", **place)[4] == 2
    assert current_keys().blind_index("contact.email", "ada@harbormail.example") == index


def test_an_opener_opens_every_row_of_its_column_and_nothing_else(clinic):
    row = uuid7()
    old = current_keys().seal(b"Ada", row=row, **PLACE)
    assert versions.add_version(clinic.id) == 2
    keys = current_keys()
    new = keys.seal(b"Bo", row=row, **PLACE)
    open_ = keys.opener(**PLACE)
    assert [open_(old, row), open_(new, row)] == [b"Ada", b"Bo"]
    with pytest.raises(SealBroken):
        open_(new, uuid7())
    with pytest.raises(SealBroken):
        keys.opener(table="contacts_contact", column="attributes")(new, row)


def test_blind_index_differs_by_tenant_and_attribute(clinic, other_clinic):
    fingerprints = {
        current_keys().blind_index("contact.email", "ada@harbormail.example"),
        current_keys().blind_index("contact.phone", "ada@harbormail.example"),
        keys_of(other_clinic.id).blind_index("contact.email", "ada@harbormail.example"),
    }
    assert len(fingerprints) == 3
    assert {len(f) for f in fingerprints} == {16}


def test_a_destroyed_key_is_unavailable(clinic):
    destroy_keys(clinic)
    keyring.forget()
    with pytest.raises(KeyUnavailable, match="no usable key"):
        current_keys()


def test_without_news_a_destroyed_key_works_for_five_minutes_at_most(clinic):
    """The guarantee: nobody counted the ring up, so only the time in memory ends it."""
    now = clock.now()
    with clock.at(now):
        current_keys()
        destroy_keys(clinic)
    with clock.at(now + timedelta(seconds=299)):
        assert current_keys().newest == 1
    with clock.at(now + timedelta(seconds=301)), pytest.raises(KeyUnavailable):
        current_keys()


def test_news_of_a_change_are_heard_after_five_seconds(clinic):
    """Another process has made a version: it writes rows, and cannot reach into our memory."""
    now = clock.now()
    with clock.at(now):
        assert current_keys().newest == 1
        ours = dict(keyring._cache)
        versions.add_version(clinic.id)
        keyring._cache.update(ours)
    with clock.at(now + timedelta(seconds=4)):
        assert current_keys().newest == 1
    with clock.at(now + timedelta(seconds=6)):
        assert current_keys().newest == 2


def test_a_silent_keys_database_does_not_stop_work_before_the_time_is_over(clinic, monkeypatch):
    now = clock.now()
    with clock.at(now):
        current_keys()
    monkeypatch.setitem(connections["keys"].settings_dict, "PORT", "1")
    connections["keys"].close()
    with clock.at(now + timedelta(seconds=60)):
        assert current_keys().newest == 1
    with clock.at(now + timedelta(seconds=301)), pytest.raises(OperationalError):
        current_keys()


def destroy_keys(tenant):
    stored = WrappedKey.objects.filter(tenant=tenant.id)
    stored.update(wrapped=None, state="destroyed", destroyed_at=clock.now())


def test_sealed_columns_hold_ciphertext_and_read_as_values(clinic):
    mail = services.queue_system_mail(to="ada@harbormail.example", kind="notice", context={"n": 1})
    with connection.cursor() as cursor:
        cursor.execute('SELECT "to", context FROM tenancy_systemmail WHERE id = %s', [mail.id])
        stored = b"".join(bytes(column) for column in cursor.fetchone())
    assert b"ada" not in stored
    read = SystemMail.objects.get(pk=mail.pk)
    assert (read.to, read.context) == ("ada@harbormail.example", {"n": 1})
    assert isinstance(SystemMail.objects.values_list("to", flat=True).get(), Sealed)


def test_a_sealed_row_copied_to_another_tenant_does_not_open(clinic, other_clinic):
    sealed = SystemMail.objects.create(to="ada@harbormail.example", kind="notice", context={})
    stored = SystemMail.objects.values_list("to", flat=True).get(pk=sealed.pk)
    with tenant_scope(other_clinic.id):
        copied = SystemMail.objects.create(to=stored, kind="notice", context={})
        with pytest.raises(SealBroken):
            _ = SystemMail.objects.get(pk=copied.pk).to


def test_a_sealed_column_cannot_be_filtered_on(clinic):
    with pytest.raises(TypeError, match="sealed"):
        SystemMail.objects.filter(to="ada@harbormail.example").exists()


def test_a_changed_document_is_sealed_again(clinic):
    mail = services.queue_system_mail(to="ada@harbormail.example", kind="notice", context={"n": 1})
    read = SystemMail.objects.get(pk=mail.pk)
    read.context["n"] = 2
    read.save(update_fields=["context"])
    assert SystemMail.objects.get(pk=mail.pk).context == {"n": 2}


def test_a_save_of_what_was_not_opened_brings_no_older_version_back(clinic):
    mail = services.queue_system_mail(to="ada@harbormail.example", kind="notice", context={"n": 1})
    read = SystemMail.objects.get(pk=mail.pk)
    versions.add_version(clinic.id)
    read.save()
    stored = SystemMail.objects.values_list("to", "context").get(pk=mail.pk)
    assert [version_of(sealed.ciphertext) for sealed in stored] == [2, 2]
    assert SystemMail.objects.get(pk=mail.pk).context == {"n": 1}


@pytest.mark.parametrize("cut", [0, 4, 5, 16, 30])
def test_a_value_cut_short_does_not_open(clinic, cut):
    place = {**PLACE, "row": uuid7()}
    sealed = current_keys().seal(b"Ada", **place)
    with pytest.raises(SealBroken):
        current_keys().unseal(sealed[:cut], **place)


def test_nothing_is_derived_under_the_name_of_the_sealing_key(clinic):
    with pytest.raises(ValueError, match="seal"):
        current_keys().derive("seal")


def test_a_key_that_was_switched_off_elsewhere_stays_off(clinic):
    """No look at what is remembered brings it back, however soon it comes after the refusal."""
    now = clock.now()
    with clock.at(now):
        current_keys()
        ours = dict(keyring._cache)
        versions.switch_off(clinic.id)
        keyring._cache.update(ours)
    for seconds in (6, 7):
        with clock.at(now + timedelta(seconds=seconds)), pytest.raises(KeysSwitchedOff):
            current_keys()


def test_news_are_asked_for_once_in_five_seconds(clinic, django_assert_num_queries):
    now = clock.now()
    with clock.at(now):
        current_keys()
    for seconds, questions in ((4, 0), (6, 1), (7, 0), (10, 0), (12, 1)):
        with clock.at(now + timedelta(seconds=seconds)):
            with django_assert_num_queries(questions, connection=connections["keys"]):
                current_keys()


def test_a_connection_that_broke_is_left_for_a_new_one(clinic):
    now = clock.now()
    with clock.at(now):
        current_keys()
        connections["keys"].ensure_connection()
        number = connections["keys"].connection.info.backend_pid
        with psycopg.connect(os.environ["ADMIN_DATABASE_URL"], autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(%s, 5000)", [number])
    with clock.at(now + timedelta(seconds=6)):
        assert current_keys().newest == 1
    assert versions.add_version(clinic.id) == 2
    assert current_keys().newest == 2


def test_what_was_stored_in_an_earlier_year_opens_and_is_found():
    """Format, key derivation and place are on disk: another way of writing them loses every value."""
    keys = TenantKeys(UUID(int=1), {1: bytes(32), 2: bytes(range(32))}, bytes(range(32, 64)))
    sealed = "01000000022aec457e565aa33f5b6bbf5c3826f77beda32cbda89604ed7791d7cf381cde"
    assert keys.unseal(bytes.fromhex(sealed), row=UUID(int=7), **PLACE) == b"Ada"
    opened = keys.opener(**PLACE)(bytes.fromhex(sealed), UUID(int=7))
    assert opened == b"Ada"
    index = keys.blind_index("contact.email", "ada@harbormail.example")
    assert index.hex() == "c52608eb0ea1f4455fcd6712855ef47e"
    assert keys.derive("unsubscribe").hex() == (
        "6e5486f59e8fd9a8ad15b86370692312572073c1bd25bdfa03f8dcb999d295a2"
    )
