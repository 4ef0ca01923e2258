"""The data-lifecycle registry: for every table, what it holds, how long, and how it goes.

Retention, export, erasure and breach scope act on rows of apps above this one; each app says in its
`data_lifecycle.py` what may be done with its tables. A table that says nothing fails a test.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.db.models import Q

from compliance.retained import Retained
from tenancy.models import TenantModel


class DataClass(StrEnum):
    OPERATIONAL = "operational"  # the running of the service; nobody can be told from it
    STAFF = "staff"  # about people who work with the service
    PHI = "phi"  # about the people the mail is for
    EVIDENCE = "evidence"  # proves what was agreed, done or refused


class Export(StrEnum):
    NEVER = "never"  # keys, secrets, what is derived from other tables
    TENANT = "tenant"  # returned to the tenant when the agreement ends
    PERSON = "person"  # also in what a patient gets who asks for their data (45 CFR 164.524)


class Erasure(StrEnum):
    WITH_PERSON = "with_person"  # rows go when the person is erased
    WITH_TENANT = "with_tenant"  # rows go when the tenant's data is destroyed
    KEPT = "kept"  # stays as proof; identifiers in it are sealed under the tenant's key


class Subject(StrEnum):
    """What a legal hold may be about, beside the whole workspace."""

    CONTACT = "contact"
    CAMPAIGN = "campaign"


# 45 CFR 164.316(b)(2)(i): six years for what documents compliance.
SIX_YEARS = timedelta(days=6 * 365 + 2)


EVERY_ROW = Q()


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that names a row of another table, without a foreign key.

    `keeps`: the row that is named stays as long as the one that names it.
    """

    field: str
    to: str
    when: Q
    keeps: bool = False


@dataclass(frozen=True, slots=True)
class Aging:
    """How rows grow old and go.

    `since` is the time field that the period counts from, None in it means not yet; `only` says which
    rows may go at all; rows with `goes_with` go when the row of that foreign key goes; `called` is
    the word for them on pages. What goes `by_two` is disposed of by two people, never by age alone.
    """

    since: str = ""
    only: Q = EVERY_ROW
    goes_with: str = ""
    called: str = ""
    refers: tuple[Reference, ...] = ()
    subject: Subject | None = None
    by_two: bool = False


_FOR_GOOD = Aging()


@dataclass(frozen=True, slots=True)
class Lifecycle:
    model: type[TenantModel]
    data_class: DataClass
    retention: Retained | timedelta | None
    export: Export
    erasure: Erasure
    aging: Aging

    @property
    def goes_by_age(self) -> bool:
        return bool(self.aging.since) and not self.aging.by_two


_REGISTRY: dict[type[TenantModel], Lifecycle] = {}


def register(
    model: type[TenantModel],
    *,
    data_class: DataClass,
    retention: Retained | timedelta | None,
    export: Export,
    erasure: Erasure,
    aging: Aging = _FOR_GOOD,
) -> None:
    """Say what may be done with the rows of `model`.

    `retention` is the class whose period the workspace decides, a period of our own, or None: as long
    as the tenant stays. Raises ValueError if the model was registered before, or if evidence would go
    too early.
    """
    if model in _REGISTRY:
        raise ValueError(f"{model.__name__} is registered twice")
    is_evidence = data_class is DataClass.EVIDENCE
    if is_evidence and isinstance(retention, timedelta) and retention < SIX_YEARS:
        raise ValueError(f"{model.__name__} is evidence: keep it for six years at least")
    _REGISTRY[model] = Lifecycle(model, data_class, retention, export, erasure, aging)


def registered() -> dict[type[TenantModel], Lifecycle]:
    return dict(_REGISTRY)


def of_class(retained: Retained) -> list[Lifecycle]:
    """The tables whose rows age as this class does, those that go along with others left out."""
    return [it for it in _REGISTRY.values() if it.retention is retained and it.aging.since]
