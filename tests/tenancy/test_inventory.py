"""The crypto inventory equals what the models say, and says something of every column with bytes."""

from io import StringIO

from django.apps import apps
from django.core.management import call_command
from django.db import models

from tenancy import inventory, services, versions
from tenancy.fields import BlindIndexField, SealedField
from tenancy.resealing import Column

FIELDS = [
    (Column(model._meta.db_table, field.column), field)
    for model in apps.get_models()
    for field in model._meta.local_concrete_fields
]


def columns_of(kind):
    return {entry.column for entry in inventory.entries() if entry.kind == kind}


def test_every_binary_column_says_how_it_is_protected():
    """A new one: `inventory.declare(...)` in the app's data_lifecycle.py."""
    assert inventory.undeclared() == []


def test_lists_exactly_the_columns_of_the_models():
    sealed = {column for column, field in FIELDS if isinstance(field, SealedField)}
    derived = {column for column, field in FIELDS if isinstance(field, BlindIndexField)}
    binary = {column for column, field in FIELDS if isinstance(field, models.BinaryField)}
    listed = [entry.column for entry in inventory.entries()]
    own = {Column("delivery_escrowitem", part) for part in ("subject", "html", "text")}
    own |= {Column("delivery_escrowfile", "about"), Column("delivery_escrowchunk", "sealed")}
    assert columns_of("sealed") == sealed | own
    assert columns_of("derived") == derived
    assert set(listed) == binary | {Column("accounts_user", "password")}
    assert len(listed) == len(set(listed))


def test_every_declaration_is_of_a_column_that_exists():
    assert set(inventory._DECLARED) <= {column for column, _ in FIELDS}


def test_counts_the_values_of_the_tenant_by_version(clinic):
    services.queue_system_mail(to="ada@harbormail.example", kind="notice", context={})
    versions.add_version(clinic.id)
    services.queue_system_mail(to="bo@harbormail.example", kind="notice", context={})
    counted = {entry.column: entry.versions for entry in inventory.counted()}
    assert counted[Column("tenancy_systemmail", "to")] == ((1, 1), (2, 1))
    assert counted[Column("accounts_user", "password")] == ()


def test_the_command_prints_one_line_a_column():
    out = StringIO()
    call_command("crypto_inventory", stdout=out)
    lines = out.getvalue().splitlines()
    assert len(lines) == len(inventory.entries())
    assert (
        "contacts_contact.identity\tsealed\tAES-256-GCM, bound to tenant, table, column and row"
        "\ttenant, versioned" in lines
    )


def test_what_an_app_declared_of_a_column_can_be_asked_for():
    assert inventory.declared_kind("accounts_user", "no_such_column") == ""
    (column, (kind, *_)), *_ = inventory._DECLARED.items()
    assert inventory.declared_kind(*column) == kind != ""
