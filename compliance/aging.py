"""Which rows go when: read off the registry, counted in the database, exact.

A row goes when its period is over, unless a row that needs it stays longer: a campaign waits for its
messages, a message for its portal item. Rows under a legal hold go at no time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import (
    SET_NULL,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    ForeignKey,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Greatest

from compliance import lifecycle
from compliance.lifecycle import Lifecycle, Subject
from compliance.retained import Periods
from tenancy.models import TenantModel

# A notice is about a portal item, which is about a message, which is about a campaign.
DEEPEST = 4


@dataclass(frozen=True)
class Held:
    """What must stay: everything, or what is about these contacts and campaigns."""

    everything: bool = False
    subjects: tuple[tuple[Subject, tuple[Any, ...]], ...] = ()


NOTHING_HELD = Held()


@dataclass(frozen=True)
class Needed:
    """Rows of `entry` name rows of another table in `field`."""

    entry: Lifecycle
    field: str
    when: Q


def entries() -> list[Lifecycle]:
    """The tables whose rows go by age, so that what names others goes before what is named."""
    ordered: list[Lifecycle] = []

    def place(entry: Lifecycle) -> None:
        for needed in waits_for(entry.model):
            place(needed.entry)
        if entry not in ordered and entry.goes_by_age:
            ordered.append(entry)

    for entry in lifecycle.registered().values():
        place(entry)
    return ordered


def growing_old(entry: Lifecycle, periods: Periods, held: Held) -> QuerySet[Any]:
    """The rows that will go, each with the moment at which it does as `goes_at`."""
    if entry.retention is None or not entry.aging.since:
        raise ValueError(f"{entry.model.__name__} does not grow old")
    period = Value(periods.of(entry.retention), DurationField())
    own = ExpressionWrapper(F(entry.aging.since) + period, DateTimeField())
    rows = entry.model.objects.filter(entry.aging.only, **{f"{entry.aging.since}__isnull": False})
    for is_about in _held_rows(entry.model, held):
        rows = rows.exclude(is_about)
    moments: list[Any] = [own]
    for needed in waits_for(entry.model):
        named = _naming(needed)
        if not needed.entry.goes_by_age:
            rows = rows.exclude(Exists(named))
            continue
        old = growing_old(needed.entry, periods, held)
        rows = rows.exclude(Exists(named.exclude(pk__in=old.values("pk"))))
        latest = old.filter(needed.when, **{needed.field: OuterRef("pk")}).order_by("-goes_at")
        moments.append(Coalesce(Subquery(latest.values("goes_at")[:1]), own))
    goes_at = Greatest(*moments) if len(moments) > 1 else own
    found: QuerySet[Any] = rows.annotate(goes_at=goes_at)
    return found.none() if held.everything else found


@cache
def waits_for(model: type[TenantModel]) -> tuple[Needed, ...]:
    """The tables whose rows keep a row of `model`: they name it, and go by themselves."""
    return tuple(_waits_for(model))


def _waits_for(model: type[TenantModel]) -> Iterator[Needed]:
    for entry in lifecycle.registered().values():
        for field in foreign_keys(entry.model, model):
            if entry.aging.goes_with != field.name and field.remote_field.on_delete is not SET_NULL:
                yield Needed(entry, field.attname, Q())
        for reference in entry.aging.refers:
            if reference.keeps and apps.get_model(reference.to) is model:
                yield Needed(entry, reference.field, reference.when)


def foreign_keys(model: type[TenantModel], target: type[TenantModel]) -> list[Any]:
    return [
        field
        for field in model._meta.local_concrete_fields
        if isinstance(field, ForeignKey) and field.remote_field.model is target
    ]


def _naming(needed: Needed) -> QuerySet[Any]:
    rows = needed.entry.model.objects.filter(needed.when)
    return rows.filter(**{needed.field: OuterRef("pk")})


def _held_rows(model: type[TenantModel], held: Held) -> Iterator[Q]:
    for subject, ids in held.subjects:
        if ids:
            yield from _about(model, subject, ids, DEEPEST)


def _about(model: type[TenantModel], subject: Subject, ids: Any, depth: int) -> Iterator[Q]:
    """Conditions for the rows that are about one of `ids`, directly or through what they name."""
    registered = lifecycle.registered()
    entry = registered.get(model)
    if entry is None or depth == 0:
        return
    if entry.aging.subject is subject:
        yield Q(pk__in=ids)
        return
    named = [
        (field.attname, field.remote_field.model, Q())
        for field in model._meta.local_concrete_fields
        if isinstance(field, ForeignKey) and field.remote_field.model in registered
    ]
    named += [(it.field, apps.get_model(it.to), it.when) for it in entry.aging.refers]
    for field, target, when in named:
        for is_about in _about(target, subject, ids, depth - 1):
            rows = target.objects.filter(is_about)
            yield when & Q(**{f"{field}__in": rows.values("pk")})
