"""Everything that a workspace gets back when it ends: which tables, and one row of each as a line of JSON."""

import base64
from collections.abc import Iterator
from typing import Any

import orjson

from compliance import lifecycle
from compliance.lifecycle import Export, Lifecycle
from tenancy import inventory
from tenancy.fields import BlindIndexField
from tenancy.models import TenantModel

PAGE = 500
# Of no use without keys that stay here.
LEFT_OUT_KINDS = ("hashed", "wrapped", "sealed")
# The same in every row; and what opens another file, shown once to whoever asked for that.
LEFT_OUT_NAMES = ("tenant", "password")
README = b"""Data of a workspace of Sealpost, as it was when it ended.

Each .jsonl file is a table: one row a line, as JSON, named after what it holds. Bytes are base64, times
are UTC. audit-evidence.zip holds the audit log with a verifier that needs nothing but Python.
manifest.json lists every file with its rows and its SHA-256.
"""


def tables() -> list[Lifecycle]:
    """What the registry says goes back to the tenant or to a person of theirs, in a settled order."""
    found = [it for it in lifecycle.registered().values() if it.export is not Export.NEVER]
    return sorted(
        (it for it in found if it.model._meta.label != "audit.AuditEvent"),
        key=lambda it: it.model._meta.label,
    )


def file_name(entry: Lifecycle) -> str:
    return f"{entry.model._meta.label_lower}.jsonl"


def pages(model: type[TenantModel]) -> Iterator[list[bytes]]:
    """The rows of the workspace of the scope as lines, a page at a time."""
    columns = _columns(model)
    rows = model.objects.order_by("pk")
    found = list(rows[:PAGE])
    while found:
        yield [_line(row, columns) for row in found]
        found = list(rows.filter(pk__gt=found[-1].pk)[:PAGE])


def _columns(model: type[TenantModel]) -> list[Any]:
    table = model._meta.db_table
    return [
        field
        for field in model._meta.concrete_fields
        if not isinstance(field, BlindIndexField)
        and field.name not in LEFT_OUT_NAMES
        and inventory.declared_kind(table, str(field.column)) not in LEFT_OUT_KINDS
    ]


def _line(row: TenantModel, columns: list[Any]) -> bytes:
    values = {field.column: getattr(row, field.attname) for field in columns}
    return orjson.dumps(values, default=_plain) + b"\n"


def _plain(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    return str(value)
