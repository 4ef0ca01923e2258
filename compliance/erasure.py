"""Erasing a person: the rows that the registry calls WITH_PERSON, of every app, in an order that works."""

from collections import deque
from collections.abc import Callable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connections
from django.db.models import ForeignKey

from compliance import lifecycle
from compliance.facts import SuppressionReason
from compliance.lifecycle import Erasure
from compliance.models import Suppression
from tenancy.models import ErasureOrder, TenantModel
from tenancy.removal import remove
from tenancy.scope import tenant_scope

Reference = ForeignKey[Any, Any]
Tables = dict[type[TenantModel], list[Reference]]
# Removes from a database what names the people of some orders of one tenant; answers how many rows.
Forget = Callable[[Sequence[ErasureOrder], str], int]
_BY_WORDS: dict[str, Forget] = {}


class Step(NamedTuple):
    """A table, and how its rows lead to the person."""

    model: type[TenantModel]
    path: str


def plan() -> list[Step]:
    """What refers to other rows goes before them; the person goes last.

    Raises ValueError if a table that goes with the person does not lead to one.
    """
    tables = _references()
    paths = _paths(tables)
    steps: list[Step] = []
    left = set(tables)
    while left:
        free = {model for model in left if not _is_referred_to(model, left, tables)}
        if not free:
            raise ValueError("tables that go with the person refer to each other in a circle")
        steps += [
            Step(model, paths[model]) for model in sorted(free, key=lambda it: it._meta.label)
        ]
        left -= free
    return steps


def erase(contact_id: UUID) -> dict[str, int]:
    """Table → rows that went, in the tenant of the scope. Fails where a legal hold keeps them."""
    return {
        step.model._meta.label: _remove(step.model, _rows(step, contact_id, using="default"))
        for step in plan()
    }


def erase_again(using: str) -> int:
    """Remove from a restored database whoever was erased since the backup. Answers how many people.

    Runs before anybody sees the rows, as the role that owns them.
    """
    again = 0
    orders = ErasureOrder.objects.order_by("tenant", "ordered_at").iterator()
    for tenant, given in groupby(orders, key=attrgetter("tenant")):
        with tenant_scope(tenant):
            ours = list(given)
            for forget in _BY_WORDS.values():
                forget(ours, using)
            again += sum(_erase_again(order, using) for order in ours)
    return again


def register(name: str, forget: Forget) -> None:
    """What names people by words alone goes again by `forget`, before their own rows do."""
    _BY_WORDS[name] = forget


def _erase_again(order: ErasureOrder, using: str) -> bool:
    found = [(step.model, _rows(step, order.contact, using=using)) for step in plan()]
    for model, ids in found:
        _delete(model, ids, using=using)
    if order.suppressed_index is not None:
        keep_suppressed(order.suppressed_index, using=using)
    return any(ids for _, ids in found)


def keep_suppressed(index: bytes, *, using: str = "default") -> None:
    """The address of this fingerprint gets no mail, and nobody can read any more which it is."""
    entry, _ = Suppression.objects.using(using).get_or_create(
        address_index=index,
        defaults={
            "address": "",
            "reason": SuppressionReason.UNSUBSCRIBED,
            "source": Suppression.Source.PERSON,
        },
    )
    entry.address = ""
    entry.save(using=using, update_fields=["address"])


def _references() -> Tables:
    going = {
        entry.model
        for entry in lifecycle.registered().values()
        if entry.erasure is Erasure.WITH_PERSON
    }
    return {
        model: [
            field
            for field in model._meta.local_fields
            if isinstance(field, ForeignKey) and field.related_model in going
        ]
        for model in going
    }


def _paths(tables: Tables) -> dict[type[TenantModel], str]:
    """The shortest way from each table to the one that refers to no other: the person's."""
    people = [model for model, fields in tables.items() if not fields]
    if len(people) != 1:
        labels = ", ".join(sorted(model._meta.label for model in people))
        raise ValueError(f"one table is the person's, and the others lead to it: {labels}")
    paths = {people[0]: "pk"}
    waiting = deque(people)
    while waiting:
        parent = waiting.popleft()
        for model, fields in tables.items():
            names = [field.name for field in fields if field.related_model is parent]
            if names and model not in paths:
                rest = "" if parent is people[0] else f"__{paths[parent]}"
                paths[model] = f"{names[0]}{rest}"
                waiting.append(model)
    return paths


def _is_referred_to(model: type[TenantModel], left: set[type[TenantModel]], tables: Tables) -> bool:
    return any(field.related_model is model for other in left - {model} for field in tables[other])


def _rows(step: Step, contact_id: UUID, *, using: str) -> list[UUID]:
    rows = step.model.objects.using(using).filter(**{step.path: contact_id})
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _remove(model: type[TenantModel], ids: list[UUID]) -> int:
    """Append-only rows pass through the door; the others the service may delete itself."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege(%s::text, 'DELETE')", [f"public.{model._meta.db_table}"]
        )
        (may_delete,) = cursor.fetchone()
    return _delete(model, ids, using="default") if may_delete else remove(model, ids)


def _delete(model: type[TenantModel], ids: list[UUID], *, using: str) -> int:
    if not ids:
        return 0
    table = connections[using].ops.quote_name(model._meta.db_table)
    with connections[using].cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE id = ANY (%s::uuid[])", [ids])  # noqa: S608 - a model's own name
        return int(cursor.rowcount)
