import pytest
from django.db import connection

from tenancy import keyring, services
from tenancy.fields import Sealed
from tenancy.ids import uuid7
from tenancy.keyring import KeyUnavailable, SealBroken, current_keys, keys_of
from tenancy.models import SystemMail, WrappedKey
from tenancy.scope import tenant_scope

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
    keyring.create_key(clinic.id, version=2)
    keyring.forget()
    assert current_keys().unseal(old, **place) == b"Ada"
    assert current_keys().seal(b"Ada", **place)[4] == 2
    assert current_keys().blind_index("contact.email", "ada@harbormail.example") == index


def test_an_opener_opens_every_row_of_its_column_and_nothing_else(clinic):
    row = uuid7()
    old = current_keys().seal(b"Ada", row=row, **PLACE)
    keyring.create_key(clinic.id, version=2)
    keyring.forget()
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
    WrappedKey.objects.filter(tenant=clinic.id).update(wrapped=None)
    keyring.forget()
    with pytest.raises(KeyUnavailable):
        current_keys()


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
