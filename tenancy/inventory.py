"""The crypto inventory, read off the models: what is sealed, fingerprinted or hashed, how, with which key."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

from tenancy import resealing
from tenancy.fields import BlindIndexField, SealedField
from tenancy.resealing import Column

SEALED = "AES-256-GCM, bound to tenant, table, column and row"
INDEXED = "HMAC-SHA-256, 128 bits kept"
_DECLARED: dict[Column, tuple[str, str, str]] = {}


@dataclass(frozen=True, slots=True)
class Entry:
    """One protected column. `versions` counts the tenant's values by the version that sealed them."""

    column: Column
    kind: str
    algorithm: str
    key: str
    versions: tuple[tuple[int, int], ...] = ()


def declare(table: str, column: str, *, kind: str, algorithm: str, key: str = "none") -> None:
    """Say how a column is protected whose field does not tell: in the app's `data_lifecycle.py`.

    A binary column that says nothing fails a test.
    """
    _DECLARED[Column(table, column)] = (kind, algorithm, key)


def declared_kind(table: str, column: str) -> str:
    """What `declare` said of the column; empty if its field tells, or nothing protects it."""
    return _DECLARED.get(Column(table, column), ("", "", ""))[0]


def entries() -> list[Entry]:
    """Every protected column, by table."""
    found = [entry for field in _fields() if (entry := _entry_of(field)) is not None]
    return sorted(found, key=lambda entry: entry.column)


def counted() -> list[Entry]:
    """The same, with the values of the tenant in scope."""
    counts = resealing.counts()
    return [
        Entry(entry.column, entry.kind, entry.algorithm, entry.key, tuple(by_version.items()))
        if (by_version := counts.get(entry.column))
        else entry
        for entry in entries()
    ]


def undeclared() -> list[Column]:
    """Binary columns of which nobody says what they hold."""
    return [
        _column(field)
        for field in _fields()
        if isinstance(field, models.BinaryField) and _entry_of(field) is None
    ]


def _entry_of(field: "models.Field[Any, Any]") -> Entry | None:
    column = _column(field)
    if isinstance(field, SealedField):
        return Entry(column, "sealed", SEALED, "tenant, versioned")
    if isinstance(field, BlindIndexField):
        return Entry(column, "derived", INDEXED, "tenant, derived")
    if column in _DECLARED:
        return Entry(column, *_DECLARED[column])
    return None


def _column(field: "models.Field[Any, Any]") -> Column:
    return Column(field.model._meta.db_table, str(field.column))


def _fields() -> list["models.Field[Any, Any]"]:
    return [field for model in apps.get_models() for field in model._meta.local_concrete_fields]
