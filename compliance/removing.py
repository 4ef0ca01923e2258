"""One step of a run: rows that are due go, with the rows that belong to them."""

from collections import Counter
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import SET_NULL

from compliance import aging, lifecycle
from compliance.aging import Held
from compliance.lifecycle import Lifecycle
from compliance.retained import Periods, Retained
from tenancy import clock
from tenancy.models import TenantModel
from tenancy.removal import remove

# What is deleted is held in one short transaction.
STEP = 500
OPERATIONAL = "operational"


def due(entry: Lifecycle, periods: Periods, held: Held) -> Any:
    return aging.growing_old(entry, periods, held).filter(goes_at__lte=clock.now())


def remove_step(entry: Lifecycle, periods: Periods, held: Held) -> tuple[int, Counter[str]]:
    """Remove up to STEP rows that are due. How many, and the rows of each table that went with them.

    For the caller's transaction.
    """
    ids = list(due(entry, periods, held).order_by("pk").values_list("pk", flat=True)[:STEP])
    gone: Counter[str] = Counter()
    _remove(entry.model, ids, gone)
    return len(ids), gone


def class_name(entry: Lifecycle) -> str:
    return entry.retention.value if isinstance(entry.retention, Retained) else OPERATIONAL


def _remove(model: type[TenantModel], ids: Collection[UUID], gone: Counter[str]) -> None:
    if not ids:
        return
    for entry in lifecycle.registered().values():
        for field in aging.foreign_keys(entry.model, model):
            rows = entry.model.objects.filter(**{f"{field.attname}__in": ids})
            if entry.aging.goes_with == field.name:
                _remove(entry.model, list(rows.values_list("pk", flat=True)), gone)
            elif field.remote_field.on_delete is SET_NULL:
                rows.update(**{field.attname: None})
    gone[model._meta.label] += remove(model, ids)
